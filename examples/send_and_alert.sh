#!/bin/sh
# Send a text from cron, wait until it is delivered, and alert if it is not:
#
#   0 7 * * *  VIVIALCONNECT_PROFILE=office send_and_alert.sh +19132597591 +15154469790 "Good morning"
#
# cron mails what is written to stderr. Exit status 3 means that the text may have been sent: the
# error has the command that finds out, so do not send it again before that.
set -u
status=0
vivialconnect send --from "$1" --to "$2" --wait delivered "$3" > /dev/null || status=$?
case $status in
    0) exit 0 ;;
    3) problem="may have been sent" ;;
    *) problem="was not delivered" ;;
esac
logger -t vivialconnect -p user.err "The text to $2 $problem (exit status $status)"
exit "$status"
