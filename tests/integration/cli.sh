#!/bin/bash
# The command line: exit statuses, names, trees, receipts, signals.
. "$(dirname "$0")/lib.sh"
schema=$root/docs/receipt.schema.json

clean()
{
	local want=$1
	shift
	run "$want" clean --state state "$@"
}

same_tree() { diff <(cd "$1" && find . -type f | sort) <(printf '%s\n' "${@:2}" | sort); }
mtime() { stat -c %Y "$1"; }
valid()
{
	/usr/bin/python3 - "$schema" "$@" <<'PY'
import json, sys
try:
    import jsonschema
except ImportError:
    print("# python3-jsonschema is missing: not compared with the schema")
    sys.exit(0)
check = jsonschema.Draft202012Validator(json.load(open(sys.argv[1])))
for name in sys.argv[2:]:
    text = open(name, encoding="utf-8").read()
    docs = ([json.loads(l) for l in text.splitlines()]
            if name.endswith(".jsonl") else json.loads(text))
    for doc in docs if isinstance(docs, list) else [docs]:
        for e in check.iter_errors(doc):
            print("#", name, e.json_path, e.message)
            sys.exit(1)
PY
}

mkdir -p in/sub/deep
printf 'hello\n' >in/a.txt
printf 'deep\n' >in/sub/deep/b.txt
printf 'name,value\n=1+1,2\n' >in/sub/t.csv
printf '\177ELF\2\1\1' >in/run.exe
head -c 400 /dev/zero | tr '\0' '\377' >in/odd.dat
touch -d '2020-02-03 04:05:06' in/a.txt in/sub/deep/b.txt

# usage
ok 'no command is a usage error' run 64
ok 'an unknown command is a usage error' run 64 frobnicate
ok 'mail belongs to no version yet' run 64 mail
ok '--version' run 0 --version
for c in clean explain identify send receive quarantine audit policy; do
	ok "$c --help" run 0 $c --help
	ok "$c --help says how" has "sekisho $c" out
	ok "$c: an unknown option is a usage error" run 64 $c --frobnicate
done
ok 'clean without a destination' clean 64 in/a.txt
ok 'it says what to give' has '-o DEST' err
ok 'clean without a source' clean 64 -o o0
ok '-o and --spool exclude each other' clean 64 -o o0 --spool in
ok '-j 0' clean 64 -o o0 -j 0 in
ok '-j 65' clean 64 -o o0 -j 65 in
ok '-j x' clean 64 -o o0 -j 4x in
ok 'a report of an unknown kind' clean 64 -o o0 --report r.pdf in
ok 'nothing was made by usage errors' test ! -e o0

# one run
ok 'a tree with something blocked ends in 1' clean 1 -o o1 \
	--receipt rec --report r.json in
ok 'only released files are in DEST' same_tree o1 ./a.txt ./sub/deep/b.txt \
	./sub/t.csv
ok 'times are kept' test "$(mtime o1/a.txt)" = "$(mtime in/a.txt)"
ok 'times are kept in folders' test "$(mtime o1/sub/deep/b.txt)" = \
	"$(mtime in/sub/deep/b.txt)"
ok 'the formula is inert' hasnt '^=1+1' o1/sub/t.csv
ok 'a receipt for every input' same_tree rec \
	./{a.txt,odd.dat,run.exe,sub/deep/b.txt,sub/t.csv}.receipt.json \
	./{a.txt,odd.dat,run.exe,sub/deep/b.txt,sub/t.csv}.receipt.ja.txt
ok 'receipts follow the schema' valid rec/*.json rec/sub/*.json
ok 'the report follows the schema' valid r.json
ok 'the report has all' test "$(jq length r.json)" = 5
ok 'the blocked one is said' test \
	"$(jq -r '.[]|select(.input.name=="run.exe").verdict' r.json)" = blocked
ok 'the text is Japanese' has '次にすること' rec/run.exe.receipt.ja.txt
ok 'summary' has '3 released (1 with something removed), 1 held, 1 blocked' out
ok 'no bar without a terminal' bash -c '! grep -q "$(printf "\033")" err'
ok 'plain lines' has '^Released: in/a.txt' err
ok 'originals are in quarantine' run 0 quarantine list --state state
ok 'two of them' test "$(grep -c '^[0-9A-Z]\{26\}' out)" = 2
ok 'the audit log is sound' run 0 audit verify --state state
ok 'an all-released run ends in 0' clean 0 -o o2 in/a.txt in/sub

# collisions
mkdir -p x y
printf 'one\n' >x/f.txt
printf 'two\n' >y/f.txt
ok 'two inputs of one name' clean 0 -o o3 --receipt rec3 x/f.txt y/f.txt
ok 'both are there' same_tree o3 ./f.txt './f (2).txt'
ok 'in the order given' test "$(cat o3/f.txt) $(cat 'o3/f (2).txt')" = 'one two'
ok 'receipts do not clash either' same_tree rec3 \
	./f.txt.receipt.{json,ja.txt} './f (2).txt.receipt.json' \
	'./f (2).txt.receipt.ja.txt'
printf 'mine\n' >o3/g.txt
printf 'new\n' >x/g.txt
ok 'a file that stands in DEST' clean 0 -o o3 x/g.txt
ok 'is never overwritten' test "$(cat o3/g.txt)" = mine
ok 'the new one is beside it' test "$(cat 'o3/g (2).txt')" = new
mkdir o3l
ln -s "$tmp/victim" o3l/f.txt
ok 'a dangling link in DEST' clean 0 -o o3l x/f.txt
ok 'is not written through' test ! -e victim
ok 'the same names for every -j: one' clean 1 -j 1 -o oj1 --report j1.jsonl in x y
ok 'the same names for every -j: eight' clean 1 -j 8 -o oj8 --report j8.jsonl in x y
ok 'the same tree' diff -r oj1 oj8
ok 'the same order' diff <(jq -r '.input.name+.verdict' j1.jsonl) \
	<(jq -r '.input.name+.verdict' j8.jsonl)

# things that are not plain files
mkdir odd
printf 'ok\n' >odd/z.txt
ln -s /etc/passwd odd/link.txt
ln -s .. odd/up
mkfifo odd/pipe
ok 'links and pipes' clean 1 -o o4 --report r4.jsonl odd
ok 'only the file came through' same_tree o4 ./z.txt
ok 'they are said' test "$(grep -c '"verdict":"blocked"' r4.jsonl)" = 3
ok 'with valid receipts' valid r4.jsonl
ok 'a missing source' clean 65 -o o5 nowhere.txt in/a.txt
ok 'does not stop the others' test -f o5/a.txt
ok 'and is named' has 'nowhere.txt' err
ok 'DEST inside the source is not entered' clean 0 -o x/out x
ok 'a second run neither' clean 0 -o x/out --report again.jsonl x
ok 'only the inputs' test "$(wc -l <again.jsonl)" = 2
mkdir locked
printf 'x\n' >locked/no.txt
printf 'y\n' >locked/yes.txt
chmod 0 locked/no.txt
as=
if [ "$(id -u)" = 0 ]; then
	# root reads everything: somebody else must try
	as='setpriv --reuid=65534 --regid=65534 --clear-groups'
	chmod 755 "$tmp"
fi
mkdir theirs
chmod 777 theirs
$as "$bin/sekisho" clean --state theirs/state -o theirs/o \
	--report theirs/r.json locked >out 2>err
ok 'an unreadable file ends in 65' test $? = 65
ok 'is held in the report' test "$(jq -r '.[0].verdict' theirs/r.json)" = held
ok 'the report is valid' valid theirs/r.json
ok 'the others came through' same_tree theirs/o ./yes.txt
printf 'n\n' >"x/$(printf 'new\nline')"
printf 'n\n' >'x/<img src=x onerror=alert(1)>.txt'
ok 'hostile names' clean 0 -o o7 --report r7.html --receipt rec7/ x/*line x/*img*
ok 'are escaped in the page' hasnt '<img' r7.html
ok 'no script, no outside resource' hasnt 'src=\|href=\|<script\|url(' \
	<(sed 's/<bdi>[^<]*//g' r7.html)
ok 'the page allows nothing' has "default-src 'none'" r7.html
rm x/*line x/*img*

# receipts and reports
ok 'one file, one receipt' clean 0 -o o8 --receipt one.json in/a.txt
ok 'it is JSON' valid one.json
ok 'the text, when so named' clean 0 -o o8 --receipt one.txt in/a.txt
ok 'it is text' has '受領票' one.txt
ok 'a receipt never takes the place of the input' clean 64 -o o8 \
	--receipt in/a.txt in/a.txt
ok 'the input is as it was' test "$(cat in/a.txt)" = hello
printf '{"precious":1}\n' >in/data.json
ok 'nor does a report take the place of anything' clean 64 -o o8 \
	--report in/data.json in/a.txt
ok 'that file is as it was' has precious in/data.json
rm in/data.json
ok 'an older report is replaced' clean 0 -o o8 --report j1.jsonl in/a.txt
ok 'by the new one' test "$(wc -l <j1.jsonl)" = 1
ok 'an empty folder' bash -c 'mkdir -p empty'
ok 'gives an empty report' clean 0 -o o9 --report e.json empty
ok 'that is JSON' test "$(jq length e.json)" = 0
ok 'a report where nothing can be written' clean 64 -o o9 \
	--report /nowhere/r.html in/a.txt
printf '=x("http://evil.example/a"),1\nb,c\n' >u.csv
ok 'addresses' clean 0 -o o10 --report u.html --receipt u.txt u.csv
ok 'are inert in the page' hasnt 'http://evil' u.html
ok 'and in the text' hasnt 'http://evil' u.txt

# explain and identify
ok 'explain' run 0 explain in/sub/t.csv
ok 'explain says what' has 'would be released' out
ok 'explain of a program' run 1 explain in/run.exe
ok 'explain --json' run 0 explain --json in/sub/t.csv
ok 'is a receipt' bash -c 'cp out x.json' && ok 'a valid one' valid x.json
ok 'identify' run 0 identify in/a.txt
ok 'identify --json' run 0 identify --json in/a.txt in/sub/t.csv
ok 'a line a file' test "$(jq -r .identified.format out | tr '\n' ' ')" = 'text csv '
ok 'identify of nothing' run 65 identify nowhere
ok 'explain leaves no state' test ! -e xdg

# policy and passwords
printf 'frobnicate = 1\n' >bad.conf
ok 'a wrong policy' clean 64 -o o11 --policy bad.conf in/a.txt
ok 'is named with its line' has 'bad.conf:1' err
ok 'a missing policy' clean 65 -o o11 --policy none.conf in/a.txt
ok 'a missing password file' clean 65 -o o11 --password-file none in/a.txt
ok 'policy show' run 0 policy show
ok 'prints a policy' bash -c 'cp out good.conf'
ok 'that reads back' run 0 policy check good.conf

# spool
ok 'clean --spool' clean 0 --spool --department 総務課 in/a.txt
ok 'a parcel waits' run 0 send --state state --waiting
ok 'just one' has '^1 ' out

# languages
LC_ALL=ja_JP.UTF-8 "$bin/sekisho" --help >out 2>&1
ok 'Japanese without an installed locale' has '使い方' out

# a terminal
script -qec "$bin/sekisho clean --state state -o o12 in" /dev/null >tty </dev/null
ok 'a bar on a terminal' has 'ETA' tty
ok 'no line for each released file there' hasnt 'Released: in/a.txt' tty

# stopped in the middle
mkdir many
for i in $(seq 300); do printf 'file %s\n' "$i" >many/$i.txt; done
for sig in TERM KILL; do
	"$bin/sekisho" clean --state state -o "k$sig" --report "k$sig.html" many \
		>out 2>err &
	pid=$!
	while [ ! -e "kKILL/1.txt" ] && [ ! -e "kTERM/1.txt" ] &&
	    kill -0 $pid 2>/dev/null; do sleep 0.02; done
	kill -$sig $pid
	wait $pid 2>/dev/null
	status=$?
	ok "SIG$sig: every file is whole" bash -c "
		for f in k$sig/*.txt; do
			[ -e \"\$f\" ] || exit 0
			cmp -s \"\$f\" many/\$(basename \"\$f\") || exit 1
		done"
	if [ $sig = TERM ]; then
		ok 'SIGTERM ends in 75 or was too late' \
			test $status -eq 75 -o $status -eq 0
		ok 'SIGTERM: the report is whole' has '</html>' kTERM.html
	else
		ok 'SIGKILL: no half report' bash -c '
			[ ! -e kKILL.html ] || grep -q "</html>" kKILL.html'
	fi
	rm -f "k$sig"/1.txt
done
ok 'the next run goes on' clean 0 -o kKILL in/a.txt
ok 'and clears what was left' test -z "$(find kKILL -name '.*.part')"
ok 'the log is sound after all this' run 0 audit verify --state state

# the walls
ok 'no parser is linked' bash -c "! ldd '$bin/sekisho' |
	grep -E 'libxml2|libzip|libjpeg|libpng|libmagic|liblcms|libz\.'"
ok 'the manual names every option' bash -c "
	for o in \$('$bin/sekisho' clean --help | grep -oE -- '--[a-z-]+'); do
		grep -q -- \"-\${o#--}\" '$root/docs/man/sekisho.1' || exit 1
	done"
if command -v mandoc >/dev/null; then
	ok 'the manual is clean' bash -c "
		[ -z \"\$(mandoc -Tlint -Werror '$root/docs/man/sekisho.1')\" ]"
fi

finish
