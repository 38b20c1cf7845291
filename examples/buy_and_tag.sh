#!/bin/sh
# Buy a number in an area code, tag it, and write its id and the number:
#
#   buy_and_tag.sh 913 table=4 area=terrace
set -eu
area_code=$1
shift
number=$(vivialconnect numbers search --area-code "$area_code" --limit 1 --fields phone_number)
if [ -z "$number" ]; then
    echo "There is no number in area code $area_code to buy." >&2
    exit 1
fi
id=$(vivialconnect numbers buy "$number" --yes --fields id)
vivialconnect numbers tag "$id" "$@" > /dev/null
printf '%s\t%s\n' "$id" "$number"
