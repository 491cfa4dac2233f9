(
export LC_ALL=C
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
refuse() { echo "REFUSED: $1" >&2; exit 1; }

# 1. Files and folders only, so that nothing below follows a link or waits for a pipe.
test -z "$(find . ! -type f ! -type d)" || refuse "there is a link, a pipe or a device here"
test -z "$(find . -type d -empty)" || refuse "there is an empty folder here"

# 2. The envelope: a payload, its type and one signature by your key, and not one byte more.
keyid=$(openssl pkey -pubin -in "$PUBLIC_KEY" -outform DER | tail -c 32 | sha256sum | cut -c -64)
sed -n 's/^{"payload":"\([A-Za-z0-9+\/=]*\)".*/\1/p' attestation.json | base64 -d > "$work/payload"
sed -n 's/.*"sig":"\([A-Za-z0-9+\/=]*\)".*/\1/p' attestation.json | base64 -d > "$work/signature"
printf '{"payload":"%s","payloadType":"%s","signatures":[{"keyid":"%s","sig":"%s"}]}\n' \
  "$(base64 < "$work/payload" | tr -d '\n')" application/vnd.in-toto+json "$keyid" \
  "$(base64 < "$work/signature" | tr -d '\n')" | cmp - attestation.json \
  || refuse "attestation.json is not one statement with one signature by this key"

# 3. The signature: DSSE signs the payload with its type and its length before it.
{
  printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c < "$work/payload")"
  cat "$work/payload"
} > "$work/signed"
openssl pkeyutl -verify -rawin -pubin -inkey "$PUBLIC_KEY" \
  -in "$work/signed" -sigfile "$work/signature" || refuse "the signature does not hold"

# 4. The statement: that of a release, about these two files; a notice of withdrawal is another.
text='"[^"\\]*"' number='[0-9]+' hex='[0-9a-f]{64}'
claim='\{"created":'$text',"format":"assay-release/'$number'","judgments":'$number
claim=$claim',"merkleRoot":"'$hex'","previous":(null|"sha256:'$hex'"),"program":'$text
claim=$claim',"records":'$number',"use":'$text',"version":"([0-9A-Za-z.+-]+)"\}'
about='\{"digest":\{"sha256":"('$hex')"\},"name":"SHA256SUMS"\}'
about=$about',\{"digest":\{"sha256":"('$hex')"\},"name":"manifest\.json"\}'
statement='\{"_type":"https://in-toto\.io/Statement/v1","predicate":'$claim
statement=$statement',"predicateType":"urn:assay:release:1","subject":\['$about'\]\}'
set -- $(sed -nE 's#^'"$statement"'$#\2 \3 \4#p' "$work/payload")
test $# -eq 3 && test "$(wc -l < "$work/payload")" -eq 0 \
  || refuse "what was signed is not the statement of a release"
printf '%s  SHA256SUMS\n%s  manifest.json\n' "$2" "$3" | sha256sum --check --strict - \
  || refuse "SHA256SUMS or manifest.json is not as it was signed"

# 5. The files: SHA256SUMS vouches for all the others, and nothing else is there.
sha256sum --check --strict --quiet SHA256SUMS || refuse "a file is not as it was signed"
{ cut -c 67- SHA256SUMS; printf 'SHA256SUMS\nattestation.json\n'; } | sort > "$work/listed"
find . -type f | sed 's|^\./||' | sort > "$work/found"
diff "$work/listed" "$work/found" || refuse "other files are here than were signed"

# 6. What was signed: compare the version with the one you asked for.
name=$(basename "$PWD")
case $name in
  [0-9]*.[0-9]*.[0-9]*) test "$name" = "$1" || refuse "this folder holds release $1" ;;
esac
echo "verified: release $1"
)
