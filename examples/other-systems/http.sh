#!/bin/sh
# A system that speaks HTTP: registers, starts, signals and finishes workflows with curl alone. Nothing of OrquestraX is needed.
#   ORQUESTRA_URL=http://127.0.0.1:3000 sh examples/other-systems/http.sh
set -eu
url="${ORQUESTRA_URL:-http://127.0.0.1:3000}/api/v1"
here=$(dirname "$0")
run=$(date +%s)-$$

# call METHOD PATH [more of curl]: the answer goes to stdout; a refusal (4xx, 5xx) is told and ends the script.
call() {
  method=$1 path=$2
  shift 2
  curl --silent --show-error --fail-with-body --request "$method" "$url$path" "$@"
}
# field NAME: the first member of that name in the JSON of stdin.
field() { grep -o "\"$1\":\"\{0,1\}[^\",}]*" | head -n 1 | sed 's/^[^:]*:"*//'; }

echo "1. the definition is registered; again, it is the same one"
call POST /definitions -H 'content-type: application/yaml' --data-binary "@$here/shop.workflow.yaml" >/dev/null

echo "2. an order is started, by a request that may be sent again"
start() {
  call POST /instances -H 'content-type: application/json' -H "idempotency-key: start-$run" \
    -d "{\"definition\": \"shop.order\", \"input\": {\"order\": \"o-$run\"}, \"key\": \"o-$run\"}"
}
id=$(start | field id)
[ "$(start | field id)" = "$id" ]
echo "   instance $id"

echo "3. it is signalled by the number of the order, and the answer waits for its end"
call POST /events -H 'content-type: application/json' \
  -d "{\"name\": \"paid\", \"key\": \"o-$run\", \"payload\": {\"cents\": 4200}, \"id\": \"payment-$run\"}" >/dev/null
call GET "/instances/$id/wait?timeout=20s" | field status

echo "4. a hook with a secret is put: whoever sends something signed to it starts an order"
secret="whsec_$(openssl rand -base64 32)"
call PUT /triggers/shop-orders -H 'content-type: application/json' -d "{
  \"kind\": \"hook\", \"definition\": \"shop.order\", \"secret\": \"$secret\",
  \"input\": {\"order\": \"\${request.body.number}\"}, \"key\": \"\${request.body.number}\"
}" >/dev/null

echo "5. it is sent an order, signed after Standard Webhooks, and once more"
# hook NAME ID BODY
hook() {
  now=$(date +%s)
  key=$(printf %s "${secret#whsec_}" | base64 -d | od -An -vtx1 | tr -d ' \n')
  signature=$(printf %s "$2.$now.$3" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)
  call POST "/hooks/$1" -H 'content-type: application/json' \
    -H "webhook-id: $2" -H "webhook-timestamp: $now" -H "webhook-signature: v1,$signature" -d "$3"
}
id=$(hook shop-orders "msg-$run" "{\"number\": \"h-$run\"}" | field instance)
[ "$(hook shop-orders "msg-$run" "{\"number\": \"h-$run\"}" | field instance)" = "$id" ]
echo "   instance $id"

echo "6. another hook, without a secret, tells it that it was paid, from a form"
call PUT /triggers/shop-payments -H 'content-type: application/json' -d '{
  "kind": "hook", "event": "paid", "key": "${request.body.number}", "input": {"cents": "${int(request.body.cents)}"}
}' >/dev/null
call POST /hooks/shop-payments --data-urlencode "number=h-$run" --data-urlencode "cents=4200" >/dev/null
call GET "/instances/$id/wait?timeout=20s" | field status

echo "7. messages of the exchange shop are taken, too (see amqp.mjs)"
call PUT /triggers/shop-messages -H 'content-type: application/json' -d '{
  "kind": "message", "exchange": "shop", "routingKey": "order.placed", "definition": "shop.order",
  "filter": "${message.body.cents > 0}",
  "input": {"order": "${message.body.number}"}, "key": "${message.body.number}"
}' >/dev/null
echo "done"
