import type { Database } from "../../database/database.ts";
import { prepareQuery, type PreparedQuery } from "../../database/prepared-query.ts";
import { parseOutputs, parseStepRun, renderStepRun, type StepRun } from "./reuse-rows.ts";
import type { ReuseTables, StepRunRow } from "./reuse-schema.ts";

/** Equal runs that one lookup tries. */
const CANDIDATES_MAX = 10;
/** Earlier runs of the same step among which the nearest is sought. */
const NEIGHBOURS_MAX = 20;

/** Steps that ran, by their key and by their step. Whether a run can be used is for whoever looks it up to check. */
export class StepRuns {
  readonly #database: Database<ReuseTables>;
  readonly #byKey: PreparedQuery<Pick<StepRunRow, "job_key" | "outputs">>;
  readonly #byJob: PreparedQuery<StepRunRow>;

  constructor(database: Database<ReuseTables>) {
    this.#database = database;
    this.#byJob = prepareQuery(() => this.#select().where("job_key", "=", ""));
    this.#byKey = prepareQuery(() =>
      database.sql
        .selectFrom("step_runs")
        .select(["job_key", "outputs"])
        .where("workspace_key", "=", "")
        .where("step_key", "=", "")
        .orderBy("created_at", "desc")
        .limit(CANDIDATES_MAX),
    );
  }

  async find(jobKey: string): Promise<StepRun | undefined> {
    const [row] = await this.#database.read(this.#byJob(jobKey));
    return row === undefined ? undefined : parseStepRun(row);
  }

  /** Runs of the same key, newest first. What they are made of is known by the key. */
  async listEqual(workspaceKey: string, stepKey: string): Promise<readonly Pick<StepRun, "jobKey" | "outputs">[]> {
    const rows = await this.#database.read(this.#byKey(workspaceKey, stepKey, CANDIDATES_MAX));
    return rows.map((row) => ({ jobKey: row.job_key, outputs: parseOutputs(row.outputs) }));
  }

  /** Earlier runs of the same step whose parts are known, newest first. */
  async listEarlier(run: Pick<StepRun, "workspaceKey" | "step" | "createdAt" | "jobKey">): Promise<readonly StepRun[]> {
    const rows = await this.#database.read(
      this.#select()
        .where("workspace_key", "=", run.workspaceKey)
        .where("step", "=", run.step)
        .where("created_at", "<=", run.createdAt)
        .where("job_key", "!=", run.jobKey)
        .where("parts", "is not", null)
        .orderBy("created_at", "desc")
        .limit(NEIGHBOURS_MAX),
    );
    return rows.map(parseStepRun);
  }

  /** Notes a run, or notes it anew: a retried reconcile decides again. */
  async put(run: StepRun): Promise<void> {
    const row = renderStepRun(run);
    const insert = this.#database.sql.insertInto("step_runs").values(row);
    await this.#database.write([insert.onConflict((conflict) => conflict.column("job_key").doUpdateSet(row))]);
  }

  async setOutputs(jobKey: string, outputs: Readonly<Record<string, string>>): Promise<void> {
    const update = this.#database.sql.updateTable("step_runs").set({ outputs: JSON.stringify(outputs) });
    await this.#database.write([update.where("job_key", "=", jobKey)]);
  }

  async remove(jobKey: string): Promise<void> {
    await this.#database.write([this.#database.sql.deleteFrom("step_runs").where("job_key", "=", jobKey)]);
  }

  #select() {
    return this.#database.sql.selectFrom("step_runs").selectAll();
  }
}
