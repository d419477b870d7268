// The languages that the server knows; `activationEvents` in package.json says the same.

export const LANGUAGES: readonly string[] = ["python"];
