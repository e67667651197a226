#!/usr/bin/env bash
# Starts a flow with curl: waiting for the result, then in the background.
set -euo pipefail
demo=${1:-.trigger/demo.json}
read_demo() { python3 -c "import json,sys; d=json.load(open(sys.argv[1])); print($1)" "$demo"; }
base=$(read_demo "d['base_url']")
workspace=$(read_demo "d['workspace_id']")
key=$(read_demo "d['api_key']")
trigger=$(read_demo "d['triggers']['hello']['trigger_id']")
member() { python3 -c "import json,sys; print(json.load(sys.stdin)['$1'])"; }

echo "Waiting for the result:"
curl --fail-with-body --silent --show-error -X POST "$base/api/v1/ai/trigger/$workspace/$trigger/DEV" \
  -H "Authorization: Bearer $key" -H "Content-Type: application/json" \
  -H "Idempotency-Key: $(date +%s%N)-$$" \
  -d '{"message": "curl"}'
echo

echo "In the background:"
id=$(curl --fail-with-body --silent --show-error -X POST "$base/api/v1/ai/trigger/start/$workspace/$trigger/DEV" \
  -H "Authorization: Bearer $key" -H "Content-Type: application/json" \
  -H "Idempotency-Key: $(date +%s%N)-$$" \
  -d '{"message": "curl"}' | member workflow_id)
for _ in $(seq 60); do
  answer=$(curl --fail-with-body --silent --show-error "$base/api/v1/ai/trigger/status/$workspace/$id" \
    -H "Authorization: Bearer $key")
  status=$(printf '%s' "$answer" | member status)
  [ "$status" = pending ] || { printf '%s\n' "$answer"; [ "$status" = completed ]; exit; }
  sleep 1
done
echo "not done after a minute" >&2
exit 1
