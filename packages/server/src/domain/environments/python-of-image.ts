/** Python of Azure ML's base images that say nothing of it in their name. */
const BASE_IMAGE_PYTHON: readonly (readonly [RegExp, string])[] = [
  [/\/azureml\/openmpi5\.0-.*ubuntu24\.04/, "3.12"],
  [/\/azureml\/openmpi[0-9.]+-.*ubuntu22\.04/, "3.10"],
  [/\/azureml\/openmpi[0-9.]+-.*ubuntu(20|18)\.04/, "3.8"],
];

/**
 * The Python version that an image's name stands for: `python:3.11-slim` is 3.11,
 * `mcr.microsoft.com/azureml/minimal-py312-inference` 3.12. `undefined` when the name does not tell.
 */
export function pythonOfImage(image: string): string | undefined {
  const tagged = /(?:^|\/)python:(\d+\.\d+(?:\.\d+)?)/.exec(image);
  if (tagged !== null) return tagged[1];
  const named = /[-/:_]py(?:thon)?-?(\d)\.?(\d{1,2})(?=$|[-_:./])/.exec(image);
  if (named !== null) return `${named[1] ?? ""}.${named[2] ?? ""}`;
  return BASE_IMAGE_PYTHON.find(([pattern]) => pattern.test(image))?.[1];
}

/** Name of the curated environment behind an image, as `sklearn-1.5` of `mcr.microsoft.com/azureml/curated/sklearn-1.5:12`. */
export function curatedNameOfImage(image: string): string | undefined {
  const curated =
    /(?:^|\/)azureml\/curated\/([^:@]+)/.exec(image) ?? /(?:^|\/)azureml\/([^:@/]+-inference)/.exec(image);
  return curated?.[1];
}
