export const EXPORT_FORMATS = ["sh", "fish", "powershell", "dotenv", "json"] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Variables as text that the named shell evaluates; every value is quoted, whatever it holds. */
export function renderExports(variables: Readonly<Record<string, string>>, format: ExportFormat): string {
  if (format === "json") return `${JSON.stringify(variables, null, 2)}\n`;
  const lines = Object.entries(variables).map(([name, value]) => renderLine(name, value, format));
  return `${lines.join("\n")}\n`;
}

function renderLine(name: string, value: string, format: Exclude<ExportFormat, "json">): string {
  switch (format) {
    case "sh":
      return `export ${name}='${value.replaceAll("'", `'\\''`)}'`;
    case "fish":
      return `set -gx ${name} '${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
    case "powershell":
      return `$env:${name} = '${value.replaceAll("'", "''")}'`;
    case "dotenv":
      return `${name}="${value.replace(/["\\$`]/g, "\\$&")}"`;
  }
}
