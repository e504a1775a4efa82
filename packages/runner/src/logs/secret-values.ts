/** Names of variables whose values are secrets, part by part: `API_KEY`, `HF_TOKEN`, `DB_PASSWORD`, but not `MAX_TOKENS`. */
const SECRET_NAME =
  /(?:^|[_.-])(?:[A-Z0-9]*(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE)|CREDENTIALS?|SAS|IDENTITY_HEADER|CONN(?:ECTION)?_?STR(?:ING)?)(?:$|[_.-])/i;
/** Azure's names that sound like secrets, and hold the run's name and a time. */
const PUBLIC_NAMES: readonly string[] = ["AZUREML_RUN_TOKEN_PASS", "AZUREML_RUN_TOKEN_EXPIRY"];
/** What is shorter is found everywhere in any log. */
const LENGTH_MIN = 6;
/** Numbers up to this length are limits and sizes rather than secrets. */
const NUMBER_LENGTH_MAX = 8;
/** `https://user:password@host` in any value. */
const URL_PASSWORD = /:\/\/[^/\s:@]*:([^@/\s]+)@/g;
/** The secret members of a connection string or a SAS. */
const SECRET_MEMBER = /(?:AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd|sig)=([^;&\s]+)/gi;

/**
 * The texts that may not be seen in a log: values of variables that are secrets by name, the secrets inside values
 * that are not, and how each looks in JSON and in a URL.
 */
export function findSecrets(variables: Readonly<Record<string, string>>, others: readonly string[]): string[] {
  const found = Object.entries(variables).flatMap(([name, value]) => [
    ...(SECRET_NAME.test(name) && !PUBLIC_NAMES.includes(name) ? [value] : []),
    ...[...value.matchAll(URL_PASSWORD), ...value.matchAll(SECRET_MEMBER)].map((match) => match[1] ?? ""),
  ]);
  const spelt = [...found, ...others].flatMap(spellings).filter(isSecret);
  return [...new Set(spelt)];
}

/** A value of several lines is logged line by line. */
function spellings(value: string): string[] {
  const lines = value.includes("\n") ? value.split("\n").map((line) => line.trim()) : [];
  return [value.trim(), ...lines, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)];
}

function isSecret(value: string): boolean {
  if (value.length < LENGTH_MIN) return false;
  return !/^(?:\d+|true|false)$/i.test(value) || value.length > NUMBER_LENGTH_MAX;
}
