(
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# 1. The signature: DSSE signs the payload with its type and its length before it.
sed -n 's/^{"payload":"\([A-Za-z0-9+\/=]*\)".*/\1/p' attestation.json | base64 -d > "$work/payload"
sed -n 's/.*"sig":"\([A-Za-z0-9+\/=]*\)".*/\1/p' attestation.json | base64 -d > "$work/signature"
{
  printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c < "$work/payload")"
  cat "$work/payload"
} > "$work/signed"
openssl pkeyutl -verify -rawin -pubin -inkey "$PUBLIC_KEY" \
  -in "$work/signed" -sigfile "$work/signature"

# 2. The files: the signed statement vouches for two, and SHA256SUMS for all the others.
grep -o '{"digest":{"sha256":"[0-9a-f]*"},"name":"[A-Za-z0-9._]*"}' "$work/payload" \
  | sed 's/.*"sha256":"\([0-9a-f]*\)"},"name":"\(.*\)"}/\1  \2/' > "$work/subjects"
sha256sum --check --strict "$work/subjects"
sha256sum --check --strict --quiet SHA256SUMS

# 3. Nothing else: every file is listed, and none is a link.
{ cut -c 67- SHA256SUMS; printf 'SHA256SUMS\nattestation.json\n'; } | sort > "$work/listed"
find . ! -type d | sed 's|^\./||' | sort > "$work/found"
diff "$work/listed" "$work/found"
test -z "$(find . -type l)"

# 4. What was signed: compare the version with the one you asked for.
grep -o '"version":"[^"]*"' "$work/payload"
)
