import { runAz } from "./az/run-az.ts";

process.exitCode = await runAz(process.argv.slice(2));
