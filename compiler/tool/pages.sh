#!/bin/sh
# Turns the pages of a folder (docs/errors, docs/rules) into rows of C for `wright explain`: PAGE("E0301", "…")
set -eu
LC_ALL=C
export LC_ALL
for page in "$1"/*.md; do
    code=${page##*/}
    printf 'PAGE("%s",\n' "${code%.md}"
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/?/\\?/g' -e 's/^/     "/' -e 's/$/\\n"/' "$page"
    printf ')\n'
done
