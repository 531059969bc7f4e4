#include "formats/options.h"

void
options_default(struct options *o)
{
	*o = (struct options){
		.url = URL_KEEP,
		.charset = CHARSET_KEEP,
		.csv = CSV_QUOTE,
		.metadata = METADATA_KEEP_BASIC,
		.keep_comments = true,
		.keep_tracked_changes = true,
		.keep_hidden_sheets = true,
		.keep_pivot_records = true,
		.mail_ambiguous = MAIL_NOTE,
	};
	limits_default(&o->limits);
}
