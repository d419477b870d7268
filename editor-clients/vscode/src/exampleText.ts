// A file with something missing between BEFORE and AFTER: for the walkthrough and for the recording.

export const BEFORE = `import os


def read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


def read_lines(folder, name):
    with open(`;
export const AFTER = `) as file:
        return file.readlines()
`;
