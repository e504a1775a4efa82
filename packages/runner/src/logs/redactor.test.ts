import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { Redactor } from "./redactor.ts";
import { findSecrets } from "./secret-values.ts";

describe("redactor", () => {
  it("hides each secret by as many asterisks, also within one another and beyond a kilobyte", () => {
    const long = "k".repeat(1_500) + "end-of-key";
    const redactor = new Redactor(["hunter22", "hunter22-longer", long]);
    assert.equal(redactor.hideText("a hunter22-longer b hunter22 c"), "a *************** b ******** c");
    assert.equal(redactor.hideText(`<${long}>`), `<${"*".repeat(long.length)}>`);
  });

  it("shows the same whatever pieces a log is read in, and never a part of a secret", () => {
    const secrets = ["abab", "babac", "zz-zz"];
    const redactor = new Redactor(secrets);
    const chunks = fc.array(fc.stringMatching(/^[abcz-]{0,9}$/), { maxLength: 12 });
    fc.assert(
      fc.property(chunks, (parts) => {
        const log = Buffer.from(parts.join(""));
        const whole = Buffer.from(log);
        redactor.hide(whole);
        assert.equal(shipInParts(parts, redactor), whole.toString());
        for (const secret of secrets) assert.ok(!whole.includes(secret));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("secrets of variables", () => {
  it("are the values of secret names, and secrets within others, however they are spelt", () => {
    const found = findSecrets(
      {
        HF_TOKEN: "hf_abcdef",
        OPENAI_APIKEY: 'with"quote',
        STORAGE_CONNECTION_STRING: "DefaultEndpointsProtocol=https;AccountKey=c2VjcmV0a2V5;",
        PIP_INDEX_URL: "https://me:pass%20word@host/simple",
        MAX_TOKENS: "4096-of-them",
        KEY_COUNT: "100000",
        TOKENIZERS_PARALLELISM: "perhaps",
        PEM_KEY: "-----BEGIN\nline-of-key-1\nline-of-key-2",
      },
      ["task-token"],
    );
    const expected = ["hf_abcdef", 'with"quote', 'with\\"quote', "with%22quote", "c2VjcmV0a2V5", "pass%20word"];
    for (const one of [...expected, "line-of-key-1", "line-of-key-2", "task-token"])
      assert.ok(found.includes(one), one);
    for (const one of ["4096-of-them", "100000", "perhaps"]) assert.ok(!found.includes(one), one);
  });
});

/** As the shipper does it: what may be the beginning of a secret waits for more. */
function shipInParts(parts: readonly string[], redactor: Redactor): string {
  let written = Buffer.alloc(0);
  let offset = 0;
  let shown = "";
  for (const [index, part] of parts.entries()) {
    written = Buffer.concat([written, Buffer.from(part)]);
    const context = Math.min(offset, redactor.contextBytes);
    const read = Buffer.from(written.subarray(offset - context));
    const open = index === parts.length - 1 ? 0 : redactor.openBytes(read);
    redactor.hide(read);
    const piece = read.subarray(context, Math.max(context, read.length - open));
    shown += piece.toString();
    offset += piece.length;
  }
  return shown;
}
