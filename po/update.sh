#!/bin/sh
# Gather the messages of the programs into ja.po; new ones are left empty.
set -eu
cd "$1"
xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=tr:2 --package-name=sekisho \
	--add-comments=TRANSLATORS --no-location --sort-output \
	-o po/sekisho.pot sanitizer/cmd/*.c sanitizer/base/err.c \
	sanitizer/core/parcel.c sanitizer/core/parcelio.c sanitizer/core/receive.c \
	sanitizer/preview/*.c quarantine/*.c quarantine/console/*.c
sed -i 's/charset=CHARSET/charset=UTF-8/; /^"POT-Creation-Date/d' po/sekisho.pot
if [ -f po/ja.po ]; then
	msgmerge --quiet --no-fuzzy-matching --update --backup=none \
		po/ja.po po/sekisho.pot
else
	msginit --no-translator -l ja.UTF-8 -i po/sekisho.pot -o po/ja.po
fi
msgattrib --no-obsolete -o po/ja.po po/ja.po
rm po/sekisho.pot
