#!/bin/sh
# Starts the server with the password that the first start has made.
set -eu
POSTGRES_PWD=$(cat /made/database/password)
export POSTGRES_PWD
exec /etc/temporal/entrypoint.sh
