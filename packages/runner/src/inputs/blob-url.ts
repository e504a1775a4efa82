/** A blob's URL from its folder's, keeping the folder's query (a SAS). */
export function joinUrl(folderUrl: string, name: string): string {
  const [base = "", query] = folderUrl.split("?", 2);
  const path = name.split("/").map(encodeURIComponent).join("/");
  return `${base}${path}${query === undefined ? "" : `?${query}`}`;
}
