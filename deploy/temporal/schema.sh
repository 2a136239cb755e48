#!/bin/sh
# Creates or upgrades the schema, then ends. Changes nothing if all is current.
set -eu
SQL_PASSWORD=$(cat /made/database/password)
export SQL_PASSWORD
sql="temporal-sql-tool --plugin postgres12 --ep postgres -p 5432 -u temporal"
schema=/etc/temporal/schema/postgresql/v12
for db in temporal temporal_visibility; do
  $sql --db $db create
  $sql --db $db setup-schema -v 0.0
done
$sql --db temporal update-schema -d $schema/temporal/versioned
$sql --db temporal_visibility update-schema -d $schema/visibility/versioned
