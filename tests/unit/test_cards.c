/* Calendars and contacts: what is kept, what goes, what holds; mutations. */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "picture_checks.h"
#include "text_run.h"

#define CAL(s) \
	"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n" s \
	"END:VEVENT\r\nEND:VCALENDAR\r\n"
#define CARD(s) "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\n" s "END:VCARD\r\n"

#define CAL_OUT(s) \
	"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" \
	"PRODID:-//Sekisho//Sekisho//JA\r\nCALSCALE:GREGORIAN\r\n" \
	"BEGIN:VEVENT\r\n" s "END:VEVENT\r\nEND:VCALENDAR\r\n"

static void
gives(const char *name, const char *in, const char *want)
{
	struct text_run t;

	text_run(&t, name, in, strlen(in));
	cr_assert_eq(t.err, 0, "%s: %s", in, t.res.message);
	cr_expect_str_eq(buf_cstr(&t.out), want, "%s\n gave\n%s", in,
	    buf_cstr(&t.out));
	buf_done(&t.out);
}

static void
event(const char *in, const char *want)
{
	char a[8192], b[8192];

	snprintf(a, sizeof(a), CAL("%s"), in);
	snprintf(b, sizeof(b), CAL_OUT("%s"), want);
	gives("a.ics", a, b);
}

static void
card(const char *in, const char *want)
{
	char a[8192], b[8192];

	snprintf(a, sizeof(a), CARD("%s"), in);
	snprintf(b, sizeof(b), CARD("%s"), want);
	gives("a.vcf", a, b);
}

static void
holds(const char *name, const char *in, int err)
{
	struct text_run t;

	text_run(&t, name, in, strlen(in));
	cr_expect_eq(t.err, err, "%s: %d", in, t.err);
	buf_done(&t.out);
}

static void
finds(const char *name, const char *in, enum finding_id id)
{
	struct text_run t;

	text_run(&t, name, in, strlen(in));
	cr_expect_eq(t.err, 0, "%s: %s", in, t.res.message);
	cr_expect_gt(t.count[id], 0, "%s", in);
	buf_done(&t.out);
}

Test(cards, dates)
{
	event("DTSTART:20261201T010000Z\r\n", "DTSTART:20261201T010000Z\r\n");
	event("DTSTART;VALUE=DATE:20240229\r\n",
	    "DTSTART;VALUE=DATE:20240229\r\n");
	event("DTSTART:20261201\r\n", "DTSTART;VALUE=DATE:20261201\r\n");
	event("DTSTART;TZID=\"Asia/Tokyo\":20261201T100000\r\n",
	    "DTSTART;TZID=Asia/Tokyo:20261201T100000\r\n");
	event("DTSTART;TZID=Asia/Tokyo:20261201T100000Z\r\n",
	    "DTSTART:20261201T100000Z\r\n");
	event("DTSTART:20230229\r\nDTEND:20261301\r\n", "");
	event("DTSTART:20261201T250000\r\nDTEND:20261201t010000\r\n", "");
	event("DTSTART:2026-12-01\r\n", "");
	event("EXDATE:20261201,20261202\r\n",
	    "EXDATE;VALUE=DATE:20261201,20261202\r\n");
	event("EXDATE:20261201,20261202T000000\r\n", "");
	event("RDATE;VALUE=PERIOD:20261201T000000Z/PT1H\r\n",
	    "RDATE;VALUE=PERIOD:20261201T000000Z/PT1H\r\n");
	event("DURATION:P1DT2H\r\n", "DURATION:P1DT2H\r\n");
	event("DURATION:P1M\r\nDURATION:PT\r\n", "");
}

Test(cards, rules)
{
	event("RRULE:byday=mo,-1fr;freq=monthly;interval=2\r\n",
	    "RRULE:FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,-1FR\r\n");
	event("RRULE:FREQ=DAILY;UNTIL=99991231T235959Z\r\n",
	    "RRULE:FREQ=DAILY\r\n");
	event("RRULE:FREQ=DAILY;BYHOUR=9,12,17\r\n",
	    "RRULE:FREQ=DAILY;BYHOUR=9,12,17\r\n");
	event("RRULE:FREQ=SECONDLY\r\n", "");
	event("RRULE:FREQ=MINUTELY;COUNT=2\r\n", "");
	event("RRULE:FREQ=DAILY;COUNT=100000\r\n", "");
	event("RRULE:FREQ=DAILY;COUNT=2;UNTIL=20270101\r\n", "");
	event("RRULE:FREQ=DAILY;FREQ=YEARLY\r\n", "");
	event("RRULE:FREQ=DAILY;BYHOUR=24\r\n", "");
	event("RRULE:FREQ=DAILY;BYMONTH=0\r\n", "");
	event("RRULE:FREQ=DAILY;X=1\r\n", "");
	event("RRULE:FREQ=YEARLY;BYMONTHDAY=-31;BYMONTH=2,3;WKST=SU\r\n",
	    "RRULE:FREQ=YEARLY;BYMONTHDAY=-31;BYMONTH=2,3;WKST=SU\r\n");
	event("RRULE:D1 #10\r\n", "");
}

Test(cards, texts)
{
	event("SUMMARY:a\\, b\\; c\\n d\\\\ e\r\n",
	    "SUMMARY:a\\, b\\; c\\n d\\\\ e\r\n");
	event("SUMMARY:a, b; C:\\x\r\n", "SUMMARY:a\\, b\\; C:\\\\x\r\n");
	event("SUMMARY:fol\r\n ded\r\n\t line\r\n", "SUMMARY:folded line\r\n");
	event("SUMMARY:\u65e5\u202e\u672c\u200b\r\n",
	    "SUMMARY:\u65e5\u672c\r\n");
	event("SUMMARY:a\\\u200bn\r\n", "SUMMARY:a\\\\n\r\n");
	event("SUMMARY;ENCODING=QUOTED-PRINTABLE:a=0D=0Ab=\r\n=20c\r\n",
	    "SUMMARY:a\\nb c\r\n");
	event("CATEGORIES:a,b\\,c\r\n", "CATEGORIES:a,b\\,c\r\n");
	event("SUMMARY:"
	      "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff"
	      "\u65e5\u672c\u8a9e\r\n",
	    "SUMMARY:"
	    "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff"
	    "\u65e5\u672c\r\n \u8a9e\r\n");
}

Test(cards, people)
{
	event("ATTENDEE;CN=\"a;b\";ROLE=chair:MAILTO:a@b.example\r\n",
	    "ATTENDEE;CN=\"a;b\";ROLE=CHAIR:mailto:a@b.example\r\n");
	event("ATTENDEE;CN=x@y.example:mailto:a@b.example\r\n",
	    "ATTENDEE:mailto:a@b.example\r\n");
	event("ATTENDEE;CN=a@b.example:mailto:a@b.example\r\n",
	    "ATTENDEE;CN=a@b.example:mailto:a@b.example\r\n");
	event("ATTENDEE:mailto:a@b.example?bcc=c@d.example\r\n"
	      "ATTENDEE:mailto:a b@c.example\r\nATTENDEE:x\r\n",
	    "");
}

Test(cards, what_acts_goes)
{
	event("ATTACH:http://a.example/\r\nX-FOO:1\r\nGEO:1;2\r\n", "");
	event("BEGIN:VALARM\r\nACTION:PROCEDURE\r\nEND:VALARM\r\n", "");
	event("BEGIN:VALARM\r\nEND:VALARM\r\n", "");
	event("BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nACTION:AUDIO\r\n"
	      "ATTACH:x\r\nEND:VALARM\r\n",
	    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\n"
	    "DESCRIPTION:Reminder\r\nEND:VALARM\r\n");
	event("BEGIN:VEVENT\r\nSUMMARY:x\r\nEND:VEVENT\r\n", "");
	finds("a.ics",
	    "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nEND:VEVENT\n"
	    "END:VCALENDAR\n",
	    FIND_CALENDAR_METHOD);
	gives("a.ics",
	    "BEGIN:VCALENDAR\nMETHOD:CANCEL\nBEGIN:VEVENT\nUID:a\n"
	    "END:VEVENT\nEND:VCALENDAR\n",
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
	    "PRODID:-//Sekisho//Sekisho//JA\r\nCALSCALE:GREGORIAN\r\n"
	    "METHOD:PUBLISH\r\nBEGIN:VEVENT\r\nUID:a\r\n"
	    "STATUS:CANCELLED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
}

Test(cards, method_is_kept_when_asked)
{
	static const char in[] =
	    "BEGIN:VCALENDAR\nMETHOD:request\nBEGIN:VEVENT\nUID:a\n"
	    "END:VEVENT\nEND:VCALENDAR\n";
	struct options o;
	struct text_run t;

	options_default(&o);
	o.calendar_method = CALENDAR_KEEP;
	text_run_with(&t, &o, "a.ics", in, sizeof(in) - 1);
	cr_assert_eq(t.err, 0);
	cr_assert_not_null(strstr(buf_cstr(&t.out), "METHOD:REQUEST\r\n"));
	cr_assert_eq(t.changed, 0);
	buf_done(&t.out);
}

Test(cards, contacts)
{
	card("TEL;CELL;VOICE:090 1234\r\n", "TEL;TYPE=CELL,VOICE:090 1234\r\n");
	card("TEL;TYPE=\"voice,work\";PREF=1:tel:+81-3\r\n",
	    "TEL;TYPE=PREF,WORK,VOICE:+81-3\r\n");
	card("TEL:#7119\r\nTEL:*06#\r\nTEL:12*34#\r\n", "TEL:#7119\r\n");
	card("EMAIL;INTERNET:mailto:a@b.example\r\n",
	    "EMAIL;TYPE=INTERNET:a@b.example\r\n");
	card("EMAIL:a@b@c\r\nEMAIL:a\r\n", "");
	card("item1.ADR;WORK:;;a\\;b;c;d;e;f\r\n",
	    "ADR;TYPE=WORK:;;a\\;b;c;d;e;f\r\n");
	card("N:a;b;c;d;e;f\r\n", "N:a;b;c;d;e\r\n");
	card("BDAY:1980-04-01\r\nREV:20200101T000000Z\r\n",
	    "BDAY:1980-04-01\r\nREV:20200101T000000Z\r\n");
	card("BDAY:x\r\nNOTE:\r\nTITLE:;\r\n", "");
	card("NOTE:\u200b\r\nURL:http://a.example/\r\n",
	    "URL:http://a.example/\r\n");
	card("KEY:x\r\nSOUND:y\r\nIMPP:z\r\n", "");
	card("SOUND;X-IRMC-N:\xef\xbd\xb1;\xef\xbd\xb2\r\n",
	    "X-PHONETIC-LAST-NAME:\xef\xbd\xb1\r\n"
	    "X-PHONETIC-FIRST-NAME:\xef\xbd\xb2\r\n");
	gives("a.vcf", "BEGIN:VCARD\r\nN:a;b\r\nFN: \r\nEND:VCARD\r\n",
	    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:a b\r\nN:a;b\r\nEND:VCARD\r\n");
}

Test(cards, held)
{
	holds("a.ics", "BEGIN:VCALENDAR\nEND:VCALENDAR\n", ERR_UNSUPPORTED);
	holds("a.ics", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n", ERR_TRUNCATED);
	holds("a.ics", "BEGIN:VCALENDAR\nEND:VEVENT\n", ERR_MALFORMED);
	holds("a.ics", "BEGIN:VCALENDAR\nCALSCALE:X\nEND:VCALENDAR\n",
	    ERR_UNSUPPORTED);
	holds("a.vcf", "BEGIN:VCARD\nX-A:b\nEND:VCARD\n", ERR_UNSUPPORTED);
	holds("a.vcf",
	    "BEGIN:VCARD\nFN:b\nEND:VCARD\nBEGIN:VCALENDAR\nEND:VCALENDAR\n",
	    ERR_AMBIGUOUS);
}

Test(cards, long_text_is_held)
{
	static char in[70000] = "BEGIN:VCARD\r\nFN:x\r\nNOTE:";

	memset(in + strlen(in), 'a', 66000);
	memcpy(in + 66024, "\r\nEND:VCARD\r\n", 14);
	holds("a.vcf", in, ERR_LIMIT);
}

Test(cards, mutations, .timeout = 300)
{
	picture_mutate("icalendar", "benign/icalendar/meeting.ics", 37);
	picture_mutate("icalendar", "benign/icalendar/meeting-utf16.ics", 41);
	picture_mutate("icalendar", "benign/icalendar/old.vcs", 11);
	picture_mutate("icalendar", "planted/icalendar/rule-bomb.ics", 31);
	picture_mutate("vcard", "benign/vcard/phone-21.vcf", 17);
	picture_mutate("vcard", "benign/vcard/modern.vcf", 37);
	picture_mutate("vcard", "benign/vcard/jis.vcf", 7);
	picture_mutate("vcard", "planted/vcard/bidi.vcf", 7);
}
