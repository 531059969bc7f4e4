# Completion of sekisho(1) for bash.
_sekisho()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	local commands='clean explain identify send receive mail quarantine audit policy rules user transfer approve tidy backup restore selfcheck metrics events'
	local words=

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$commands --help --version" -- "$cur")
		return
	fi
	case $prev in
	-o|--output|--state|--send|--into|--keys|--samples)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return ;;
	--policy|--password-file|--receipt|--report|--key)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	-j|--jobs|--profile|--department|--name|--roles|--mail|--language|--from|--deputy|--away-from|--away-until|--effective|--cancel|--since|--until|--event|--id|--why|--head|--smtp|--lmtp|--interval|--sender|--recipient|--words|--released-since|--login|--keep|--next|--client|--slots)
		return ;;
	esac
	case ${COMP_WORDS[1]} in
	clean)
		words='--output --spool --department --jobs --policy --profile
			--receipt --report --password-file --state --help' ;;
	explain)
		words='--json --policy --profile --password-file --help' ;;
	identify)
		words='--json --policy --profile --help' ;;
	send)
		words='--state --policy --profile --waiting --public-key --help' ;;
	receive)
		words='--key --state --policy --profile --smtp --lmtp --interval
			--gaps --known --why --allow-unsanitised --help' ;;
	mail)
		words='--sender --recipient --client --serve --slots --send
			--department --once --waiting --stop --resume --state --policy --profile
			--help' ;;
	quarantine)
		words='list search show password rerun dispose import --words
			--department --since --until --all --disposed --kept --why
			--released-since --dry-run --login --release
			--json --state --policy --profile --help' ;;
	transfer)
		words='list show retry --department --login --only --waiting
			--words --since --until --limit --json --state --policy
			--profile --help' ;;
	approve)
		words='list show yes no emergency away back --as --why --deputy
			--from --until --json --state --policy --profile --help' ;;
	tidy)
		words='--dry-run --over-quota --state --policy --profile --help' ;;
	backup)
		words='--into --keep --without-keys --state --policy --profile
			--help' ;;
	restore)
		words='--keys --key --next --state --policy --profile --help' ;;
	selfcheck)
		words='--samples --json --write --state --policy --profile --help' ;;
	metrics)
		words='--state --policy --profile --help' ;;
	events)
		words='send test --state --policy --profile --help' ;;
	audit)
		words='verify show export --key --head --since --until --event --id
			--csv --json --state --policy --profile --help' ;;
	policy)
		words='check show --policy --profile --markdown --help' ;;
	rules)
		words='check show --department --policy --profile --markdown
			--help' ;;
	user)
		words='list add set password unlock disable import pending --name
			--department --roles --mail --language --from --until --deputy
			--away-from --away-until --enable --generate --new --keep --effective
			--apply --cancel --json --csv --state --policy --profile --help' ;;
	esac
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	else
		mapfile -t COMPREPLY < <(compgen -W "${words//--*/}" -- "$cur"
			compgen -f -- "$cur")
	fi
}
complete -o filenames -F _sekisho sekisho

_sekisho_watch()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	case $prev in
	--root | --send | --state)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return ;;
	--policy)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--slots | --profile)
		return ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W '--root --send --slots --once
		--state --policy --profile --help --version' -- "$cur")
}
complete -o filenames -F _sekisho_watch sekisho-watch
