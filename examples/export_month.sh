#!/bin/sh
# Write the messages of a month in UTC as CSV, the newest first:
#
#   export_month.sh 2026-10 > messages-2026-10.csv
set -eu
year=${1%-*}
month=${1#*-}
month=${month#0} # not octal
if [ "$month" -lt 12 ]; then
    next=$(printf '%04d-%02d' "$year" $((month + 1)))
else
    next=$(printf '%04d-01' $((year + 1)))
fi
exec vivialconnect messages list --since "$1-01" --until "$next-01" --all --csv
