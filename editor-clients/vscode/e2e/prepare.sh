#!/bin/sh
# Fetches VS Code (as code-server) into node_modules. No install script runs: none of the native modules is needed.
set -eu
npm ci
code=node_modules/code-server/lib/vscode
for folder in "$code" "$code/extensions"; do # what code-server's own install script would do, from its shrink-wrapped lists
    (cd "$folder" && npm install --omit=dev --ignore-scripts --no-fund --no-audit --loglevel=error)
done

cp spdlog.cjs "$code/node_modules/@vscode/spdlog/index.js"

# code-server grants every proposed API to every extension. A desktop grants what an extension declares, and so does this.
host=$code/out/vs/workbench/api/node/extensionHostProcess.js
[ "$(grep -oE 'function \w+\(\w,\w\)\{return!0\}' "$host" | wc -l)" = 1 ] || {
    echo "prepare.sh: code-server changed; look for what grants proposed API in $host" >&2
    exit 1
}
perl -0pi -e 's/function (\w+)\((\w),(\w)\)\{return!0\}/function $1($2,$3){return!!($2.enabledApiProposals&&$2.enabledApiProposals.includes($3))}/' "$host"
