// The languages that the server knows; a test holds them to the folders of `syntax/languages`.

export const LANGUAGES: readonly string[] = ["python"];

/** For users who are in another one. */
export const ONLY = "Python only";
