#!/bin/bash
# What an approver sees, and a file's way through an approval: real documents,
# the watcher, previews, decisions on the command line.
. "$(dirname "$0")/lib.sh"
preview=$bin/sekisho-preview
[ -x "$preview" ] || { echo "1..0 # skip no $preview"; exit 0; }
for t in bwrap pdftoppm soffice; do
	command -v $t >/dev/null || { echo "1..0 # skip $t is not installed"; exit 0; }
done
watcher=
at_exit() { [ -z "$watcher" ] || kill "$watcher" 2>/dev/null; }

# make FORMAT FILE DIR: of the sanitised FILE
make()
{
	rm -rf clean "$3"
	run 0 clean --state state -o clean "$2" || return 1
	"$preview" --format "$1" --out "$3" clean/* >out 2>err ||
	    { sed 's/^/# /' out err; return 1; }
}
# pages N DIR: so many pictures, each with something on it
pages()
{
	/usr/bin/python3 - "$@" <<'PY'
import glob, sys, zlib, struct
names = glob.glob(sys.argv[2] + "/*.png")
if len(names) != int(sys.argv[1]):
    sys.exit("# %d pictures" % len(names))
for n in names:
    data, at, idat = open(n, "rb").read(), 8, b""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        sys.exit("# no PNG")
    kinds = set()
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        kinds.add(kind)
        idat += data[at + 8:at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    if kinds & {b"tEXt", b"zTXt", b"iTXt", b"tIME", b"eXIf", b"acTL"}:
        sys.exit("# chunks: %s" % kinds)
    if len(set(zlib.decompress(idat))) < 5:
        sys.exit("# %s is blank" % n)
PY
}

ok "docx" make ooxml.docx "$samples/benign/docx/japanese.docx" docx
ok "docx: its pages" pages 1 docx
ok "docx: its text" has 起案用紙 docx/text.txt
ok "xlsx" make ooxml.xlsx "$samples/benign/xlsx/book.xlsx" xlsx
ok "xlsx: its pages" pages 1 xlsx
ok "xlsx: its text" has 神戸 xlsx/text.txt
ok "pptx" make ooxml.pptx "$samples/benign/pptx/deck.pptx" pptx
ok "pptx: its pages" pages 1 pptx
ok "pptx: its text" has 令和六年度 pptx/text.txt
ok "pdf" make pdf "$samples/benign/pdf/reading.pdf" pdf
ok "pdf: its pages" pages 2 pdf
ok "pdf: its text" has SEKISHO-BENIGN-reading pdf/text.txt
ok "png" make png "$samples/benign/png/colour-chunks.png" png
ok "png: itself" pages 1 png
for f in notice-utf8.txt notice-jis.txt notice-cp932.txt notice-utf16le.txt; do
	ok "text: $f" make text "$samples/benign/text/$f" "text-$f"
	ok "text: its page" pages 1 "text-$f"
	ok "text: its words" has 住民説明会 "text-$f/text.txt"
done
ok "csv" make csv "$samples/benign/csv/ledger-cp932.csv" csv
ok "csv: as it stands" has '^0001,山田　太郎' csv/text.txt

# Of what is no document there is no preview, and it is said.
printf 'PK\003\004 no document' >bad
"$preview" --format ooxml.docx --out bad.d bad >out 2>&1
ok "damaged: it is said" has 'no preview' out
ok "damaged: no picture" pages 0 bad.d
printf '%%PDF-1.4\nnothing' >bad
"$preview" --format pdf --out bad.d bad >out 2>&1
ok "damaged PDF: it is said" has 'no preview' out
"$preview" --format '../../etc' --out bad.d bad >out 2>&1
ok "a format that is none" has 'no preview of this format' out
"$preview" --format 'ooxml.$(id)' --out bad.d bad >out 2>&1
ok "a format that is a command" has 'no preview of this format' out

# More than twenty pages: the first ones.
/usr/bin/python3 - >long.pdf <<'PY'
import sys
objs = ["<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 30/Kids[%s]>>" % " ".join(
            "%d 0 R" % (4 + 2 * i) for i in range(30)),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
for i in range(30):
    s = "BT /F 24 Tf 20 20 Td (page %d) Tj ET" % (i + 1)
    objs.append("<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]"
                "/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>" % (5 + 2 * i))
    objs.append("<</Length %d>>stream\n%s\nendstream" % (len(s), s))
out, at = "%PDF-1.4\n", []
for i, o in enumerate(objs):
    at.append(len(out))
    out += "%d 0 obj%s endobj\n" % (i + 1, o)
x = len(out)
out += "xref\n0 %d\n0000000000 65535 f \n" % (len(objs) + 1)
out += "".join("%010d 00000 n \n" % a for a in at)
out += "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objs) + 1, x)
sys.stdout.write(out)
PY
"$preview" --format pdf --out long.d long.pdf >out 2>&1
ok "long: twenty pages" pages 20 long.d
ok "long: it is said" has 'first 20 pages' out

# Without the converters it is said as well, and nothing is shown.
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
	: >none
	unshare -m sh -c 'mount --bind none /usr/bin/bwrap &&
	    exec "$@"' sh "$preview" --format pdf --out none.d long.pdf >out 2>&1
	ok "no bubblewrap: it is said" has 'is not installed' out
	ok "no bubblewrap: no picture" pages 0 none.d
	# As in a service that may not have a /proc of its own.
	chmod 755 "$tmp" && chmod 644 long.pdf && mkdir -m 777 free
	unshare -m sh -c 'mount --bind /proc/sys /proc/sys &&
	    mount -o remount,bind,ro /proc/sys && exec setpriv --reuid 4321 \
	    --regid 4321 --clear-groups --bounding-set -all "$@"' sh \
	    "$preview" --format pdf --out free/d long.pdf >out 2>&1
	ok "no cage: it is said" has 'cage of the converters cannot be set up' out
	ok "no cage: no picture" pages 0 free/d
	unshare -m sh -c 'mount --bind none "$(readlink -f /usr/bin/soffice)" &&
	    exec "$@"' sh "$preview" --format ooxml.docx --out none.d \
	    "$samples/benign/docx/japanese.docx" >out 2>&1
	ok "no LibreOffice: it is said" has 'LibreOffice is not installed' out
fi

# ---- a file's way through an approval
[ -x "$bin/sekisho-watch" ] || { finish; exit; }
mkdir -p share/in/税務課/hanako
cat >rules.conf <<'R'
everybody { approval = always  may_release_in_emergency = true }
R
cat >policy.conf <<R
state_dir = "$tmp/st"
people { root = "$tmp/share"  rules_file = "$tmp/rules.conf" }
R
sekisho() { "$bin/sekisho" "$1" "$2" --policy policy.conf "${@:3}"; }
"$bin/sekisho" clean --state st -o /dev/null /dev/null >/dev/null 2>&1
for who in hanako boss; do
	sekisho user add $who --name $who --department 税務課 \
	    --roles 'staff approver' >out 2>&1 || cat out
	echo "SEKISHO-pass-of-$who-1" |
	    sekisho user password --keep $who >out 2>&1 || cat out
done
"$bin/sekisho-watch" --policy policy.conf >watch.log 2>&1 &
watcher=$!
cp "$samples/benign/docx/japanese.docx" share/in/税務課/hanako/起案.docx
wait_for() { for _ in $(seq 300); do "$@" && return 0; sleep 0.1; done; return 1; }
is_listed() { sekisho approve list --json >list 2>err && grep -q transfer list; }
ok "it waits for approval" wait_for is_listed
id=$(sed -n 's/.*"id":"\([^"]*\)".*/\1/p' list | head -1)
t=$(sed -n 's/.*"transfer":"\([^"]*\)".*/\1/p' list | head -1)
has_preview() { sekisho approve show "$id" >out && grep -q 'preview: 1 pages' out; }
ok "the watcher has its preview made" wait_for has_preview
decide() { printf '%s\n' "$2" | sekisho approve "$1" --as "$3" --why 確認済み "$id" >out 2>err; }
decide yes SEKISHO-pass-of-hanako-1 hanako
ok "nobody approves their own" has 'nobody decides on their own' err
decide yes wrong-password-1234 boss
ok "nobody approves without the password" has 'not signed in' err
decide yes SEKISHO-pass-of-hanako-1 boss
ok "nor with another's" has 'not signed in' err
decide emergency SEKISHO-pass-of-hanako-1 hanako
ok "nor in an emergency their own" has 'nobody decides on their own' err
ok "nothing has crossed" test -z "$(ls st/spool/out 2>/dev/null)"
decide yes SEKISHO-pass-of-boss-1 boss
ok "an approver approves" has ': approved' out
is_released() { sekisho transfer list --json --only released >out && grep -q "$t" out; }
ok "it is released" wait_for is_released
ok "a parcel is in the spool" wait_for test -n "$(ls st/spool/out 2>/dev/null)"
decide no SEKISHO-pass-of-boss-1 boss
ok "it is not decided twice" test -s err
left() { [ -z "$(ls st/people/in st/people/results st/people/previews | grep sealed)" ]; }
ok "result and preview are destroyed" wait_for left
printf '第二\n' >share/in/税務課/hanako/b.txt
ok "another waits" wait_for is_listed
id=$(sed -n 's/.*"id":"\([^"]*\)".*/\1/p' list | head -1)
t=$(sed -n 's/.*"transfer":"\([^"]*\)".*/\1/p' list | head -1)
decide no SEKISHO-pass-of-boss-1 boss
is_rejected() { sekisho transfer list --json --only rejected >out && grep -q "$t" out; }
ok "a refusal" wait_for is_rejected
run 0 audit verify --policy policy.conf
ok "the log is sound" test $? -eq 0
finish
