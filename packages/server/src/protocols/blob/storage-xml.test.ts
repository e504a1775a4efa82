import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parseXmlItems, renderName, renderXml } from "./storage-xml.ts";

describe("storage XML", () => {
  it("renders elements, lists, attributes and empty elements, all escaped", () => {
    const text = renderXml("R", {
      "@a": "1&2",
      A: ["<", { B: 5 }],
      C: "",
      D: { E: [] },
      F: undefined,
      G: renderName("\u0001"),
    });
    const body = '<R a="1&amp;2"><A>&lt;</A><A><B>5</B></A><C/><D/><G Encoded="true">%01</G></R>';
    assert.equal(text, `<?xml version="1.0" encoding="utf-8"?>${body}`);
  });

  it("reads the items of a block list in their order", () => {
    const text =
      '<?xml version="1.0"?>\n<BlockList><Latest>AA==</Latest><Committed>A&#43;</Committed>\n<Latest>B</Latest></BlockList>';
    assert.deepEqual(parseXmlItems(text, "BlockList"), [
      { name: "Latest", text: "AA==" },
      { name: "Committed", text: "A+" },
      { name: "Latest", text: "B" },
    ]);
    assert.deepEqual(parseXmlItems("<BlockList/>", "BlockList"), []);
  });

  it("refuses another root, broken XML, nested items and declarations", () => {
    const bad = ["", "<Other/>", "<BlockList>", "<BlockList>text</BlockList>", "<BlockList><A><B/></A></BlockList>"];
    for (const text of [...bad, '<!DOCTYPE BlockList [<!ENTITY a "b">]><BlockList/>']) {
      assert.throws(() => parseXmlItems(text, "BlockList"), { azureCode: "InvalidXmlDocument" }, text);
    }
  });
});
