-- The languages that the server knows, by file type, each with the files that mark a project's root. A test holds them
-- to the folders of `syntax/languages`.

---@type table<string, string[]>
return {
  python = { 'pyproject.toml', 'setup.py', 'setup.cfg' },
}
