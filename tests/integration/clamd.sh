#!/bin/bash
# A virus scanner beside the gateway: a real clamd with a signature of the
# test's own, and scanners that are down, slow, full or talk nonsense.
. "$(dirname "$0")/lib.sh"
command -v clamd >/dev/null || { echo "1..0 # skip clamd is not installed"; exit 0; }

mark=SEKISHO-CANARY-clamd
mkdir db in
printf 'Sekisho.Test:0:*:%s\n' "$(printf %s $mark | od -An -tx1 | tr -d ' \n')" >db/test.ndb
# EICAR's test file is 68 bytes; its digest is public, the bytes stand nowhere.
printf '44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n' >db/eicar.hdb
cat >clamd.conf <<CONF
DatabaseDirectory $tmp/db
LocalSocket $tmp/clamd.sock
TemporaryDirectory $tmp
Foreground yes
LogFile $tmp/clamd.log
StreamMaxLength 2M
User root
CONF
[ "$(id -u)" = 0 ] || sed -i '/^User/d' clamd.conf
pids=
at_exit() { [ -z "$pids" ] || kill $pids 2>/dev/null; }
clamd -c clamd.conf >/dev/null 2>&1 &
pids=$!
for _ in $(seq 200); do [ -S clamd.sock ] && break; sleep 0.1; done

policy() { printf 'scan {\nclamd = "%s"\ntimeout_s = %s\n}\n' "$1" "${2:-60}" >policy.conf; }
clean()
{
	local want=$1
	shift
	rm -rf dest
	run "$want" clean --state state --policy policy.conf -o dest --receipt r "$@"
}
# say CODE: a scanner in Python; CODE handles connection c.
fake()
{
	rm -f fake.sock
	/usr/bin/python3 -c "
import socket, time
s = socket.socket(socket.AF_UNIX); s.bind('fake.sock'); s.listen(5)
while True:
    c = s.accept()[0]
    $1" &
	fake=$!
	pids="$pids $fake"
	for _ in $(seq 100); do [ -S fake.sock ] && break; sleep 0.05; done
	policy "$tmp/fake.sock" "${2:-60}"
}
read_all="b = b''
    while not b.endswith(b'\0\0\0\0'): b += c.recv(65536)"

printf 'plain text\n' >in/good.txt
printf 'text with %s in it\n' $mark >in/bad.txt
cp in/bad.txt packed.txt
/usr/bin/python3 - "$root" <<'PY'
import sys, zipfile
sys.path.insert(0, sys.argv[1] + "/tests/make")
z = zipfile.ZipFile("in/bad.zip", "w", zipfile.ZIP_DEFLATED)
z.write("packed.txt")
z.close()
PY
7z a -pgeheim -mem=AES256 -tzip in/secret.zip packed.txt >/dev/null 2>&1
echo geheim >passwords
head -c 3000000 /dev/zero | tr '\0' 'a' | fold -w 70 >in/large.txt

policy "$tmp/clamd.sock"
ok 'a document without a signature passes' clean 0 in/good.txt
ok '... and is there' cmp -s in/good.txt dest/good.txt
ok 'one with it is held' clean 1 in/bad.txt
ok '... nothing is delivered' [ ! -e dest/bad.txt ]
ok '... and the receipt names the signature' has 'Sekisho.Test' r
ok '... as a finding' has 'generic.scanner' r
ok 'in a ZIP as well' clean 1 in/bad.zip
# The scanner cannot open this one: it sees what the worker took out.
ok 'in a ZIP with a password as well' clean 1 --password-file passwords in/secret.zip
ok '... because of the signature' has 'Sekisho.Test' r
ok 'what the scanner does not take is held' clean 1 in/large.txt
ok '... with its words' has 'size limit' r
ok 'explain says it too' run 1 explain --policy policy.conf in/bad.txt
ok '... by name' has 'Sekisho.Test' out
EICAR=$(printf 'X5O!P%%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-%s' 'ANTIVIRUS-TEST-FILE!$H+H*')
printf %s "$EICAR" >in/eicar.txt
ok 'the public test file is held' clean 1 in/eicar.txt
ok '... by its name' has 'Eicar-Test-Signature' r

# Mail: the message as it came, and every file in it.
"$bin/sekisho" send --state gw --public-key >gw.pub 2>/dev/null
mkdir way
# mail SUBJECT [FILE]
mail()
{
	printf 'From: a@out.test\nTo: c@inner.test\nSubject: %s\nMIME-Version: 1.0\n' "$1"
	printf 'Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext %s\n' "$1"
	[ $# -lt 2 ] || { printf -- '--b\nContent-Type: application/octet-stream; name=%s\nContent-Transfer-Encoding: base64\n\n' \
	    "$(basename "$2")"; base64 "$2"; }
	printf -- '--b--\n'
}
hand_in() { "$bin/sekisho" mail --state gw --policy policy.conf --sender a@out.test --recipient c@inner.test >/dev/null; }
serve() { timeout "${1:-60}" "$bin/sekisho" mail --state gw --policy policy.conf --serve --once --slots 2 --send way >>serve.log 2>&1; }
deliver()
{
	rm -rf new && mkdir new
	"$bin/sekisho" receive --key gw.pub --state inner way new >/dev/null 2>>serve.log
}
says() { grep -rqs "$1" new; }
waits() { [ "$(ls gw/mail/new | wc -l)" = "$1" ]; }
mail plain | hand_in
mail named in/good.txt | hand_in
serve && deliver
ok 'mail without a signature passes' says 'Subject: plain'
ok '... with its file' says 'good.txt'
mail body | sed "s/text body/$mark/" | hand_in
mail file in/bad.txt | hand_in
mail packed in/bad.zip | hand_in
mail public in/eicar.txt | hand_in
mail after | hand_in
serve && deliver
ok 'mail with it, in body, file, packed file: nothing of it crosses' eval '! says $mark && ! says "Subject: body" && ! says EICAR'
ok '... what came behind it does' says 'Subject: after'
ok '... it is in quarantine' eval '[ "$("$bin/sekisho" quarantine list --json --state gw | grep -c a@out.test)" = 4 ]'
policy "$tmp/nobody.sock"
mail down | hand_in
serve 6
deliver
ok 'no scanner: mail waits' eval 'waits 1 && ! says "Subject: down"'
fake 'time.sleep(100)' 1
serve 6
deliver
ok 'a scanner that says nothing: mail waits' eval 'waits 1 && ! says "Subject: down"'
policy "$tmp/clamd.sock"
serve && deliver
ok '... until it is there' eval 'waits 0 && says "Subject: down"'

policy "$tmp/nobody.sock"
ok 'no scanner: held' clean 1 in/good.txt
ok '... nothing is delivered' [ ! -e dest/good.txt ]
ok '... and why is said' has 'cannot be reached' r
fake 'time.sleep(100)' 1
ok 'a scanner that says nothing: held' clean 1 in/good.txt
ok '... nothing is delivered' [ ! -e dest/good.txt ]
fake 'c.close()'
ok 'a scanner that hangs up: held' clean 1 in/good.txt
fake "c.sendall(b'stream: OK\\0'); c.close()"
ok 'an answer before the question: held' clean 1 in/large.txt
ok '... as one that could not be checked' has 'scanner' r
fake "$read_all
    c.sendall(b'OK\\0')"
ok 'an answer of another form: held' clean 1 in/good.txt
fake "$read_all
    c.sendall(b'stream: OK FOUND' + b'A' * 5000)"
ok 'an answer without an end: held' clean 1 in/good.txt
fake "$read_all
    c.sendall(b'stream: OK\\0')"
ok 'a scanner that behaves: released' clean 0 in/good.txt
kill $fake

finish
