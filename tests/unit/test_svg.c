/* Drawings: what is kept, what goes, what holds; mutations. formats/drawing */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "formats/identify.h"
#include "fuzz_common.h"
#include "picture_checks.h"

#define HEAD	  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define OPEN	  "<svg xmlns=\"http://www.w3.org/2000/svg\">"
#define OUT_BYTES ((size_t)4 << 20)

static bool
holds(const struct buf *b, const char *s)
{
	struct reader r;
	size_t at;

	buf_reader(b, &r);
	return reader_find(&r, 0, s, strlen(s), &at) == 0;
}

static int
rebuild(const char *in, struct buf *out)
{
	buf_init(out, OUT_BYTES);
	return fuzz_rebuild("svg", (const uint8_t *)in, strlen(in), out);
}

/* What "in" between the tags of the root becomes, without them. */
static void
becomes(const char *in, const char *want)
{
	char text[4096];
	struct buf out;
	const char *s;

	snprintf(text, sizeof(text), OPEN "%s</svg>", in);
	cr_assert_eq(rebuild(text, &out), 0, "%s", in);
	s = buf_cstr(&out);
	cr_assert_not_null(s);
	if (want[0] == '\0')
		snprintf(text, sizeof(text),
		    HEAD "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n");
	else
		snprintf(text, sizeof(text), HEAD OPEN "\n%s\n</svg>\n", want);
	cr_expect_str_eq(s, text, "%s\n gave\n%s", in, s);
	buf_done(&out);
}

Test(svg, one_spelling_of_numbers)
{
	becomes("<rect x='+010.500' y='-.0' width='1E2px' height='5.e-1'/>",
	    "<rect height=\"5e-1\" width=\"1e2px\" x=\"10.5\" y=\"0\"/>");
	becomes("<rect x='1e11' y='0x10' width='1 2' height='12PX'/>",
	    "<rect height=\"12px\"/>");
	becomes("<path d=' M 1,2 3 4l.5.5-1-1 A 5 5 0 0 1 2 2a1,1,0,012,2 z'/>",
	    "<path d=\"M1 2 3 4l0.5 0.5 -1 -1A5 5 0 0 1 2 2a1 1 0 0 1 2 "
	    "2z\"/>");
	becomes("<path d='M0 0L1'/><path d='L1 1'/><path d='M1 1 a1 1 0 2 0 1 "
		"1'/>",
	    "<path d=\"M0 0\"/>\n<path d=\"\"/>\n<path d=\"M1 1\"/>");
	becomes("<polygon points='1,2, 3 4 5'/>",
	    "<polygon points=\"1 2 3 4\"/>");
}

Test(svg, one_spelling_of_other_values)
{
	becomes("<g fill=' URL( &quot;#a&quot; )  none ' "
		"stroke='RGB(1, 2 ,3)' color='#ABCD'/>",
	    "<g color=\"#ABCD\" fill=\"url(#a) none\" "
	    "stroke=\"rgb(1,2,3)\"/>");
	becomes("<g fill='#12345' stroke='red()' color='notacolour'/>", "<g/>");
	becomes("<g transform='translate(1 2),rotate( 45deg )scale(2)'/>",
	    "<g transform=\"translate(1,2) rotate(45deg) scale(2)\"/>");
	becomes("<g transform='rotate(1,2,3,4)'/>", "<g/>");
	becomes("<g style='FILL : red !important;;x:y; stroke-width:2'/>",
	    "<g style=\"fill:red!important;stroke-width:2\"/>");
	becomes("<text font-family='\"A B\", &#x3042;, serif, 1x, url(b)'/>",
	    "<text font-family=\"'A B','\xe3\x81\x82',serif,'1x'\"/>");
	becomes("<text style='font: bold 12px/1.5 \"X Y\", serif'/>",
	    "<text style=\"font:bold 12px/1.5 'X Y',serif\"/>");
	becomes("<g class='a &lt;b&gt; c.d'/>", "<g class=\"a c.d\"/>");
}

Test(svg, sheets)
{
	becomes("<style>a:hover,.b{fill:red} @media print{.b{fill:blue}} "
		"g > #c .d{stroke:none;x:url(y)}</style>",
	    "<style>\n.b{fill:red}\ng&gt;#c .d{stroke:none}\n</style>");
	becomes("<style>@import url(x); </style>", "");
	becomes("<style>.a{fill:\\75rl(x)}.b{fill:u\\rl(x);stroke:red}</style>",
	    "<style>\n.b{stroke:red}\n</style>");
	becomes("<style>.a{font-family:\"};@import 'x\"}.b{fill:red}</style>",
	    "<style>\n.b{fill:red}\n</style>");
	becomes("<style>.a{fill:red</style>",
	    "<style>\n.a{fill:red}\n</style>");
}

Test(svg, what_may_stand_where)
{
	becomes("<rect><rect/></rect>", "<rect/>");
	becomes("<text>a<tspan>b</tspan><rect/>c</text>",
	    "<text>a<tspan>b</tspan>c</text>");
	becomes("<a><rect/>x</a><text><a>x<rect/></a></text>",
	    "<a>\n<rect/>\n</a>\n<text><a>x</a></text>");
	becomes("<stop/><feFlood/><tspan>a</tspan>", "");
	becomes("<switch><g requiredExtensions='x'/><g id='a'/><g "
		"id='b'/></switch>",
	    "<g>\n<g id=\"a\"/>\n</g>");
	becomes("<g id='a'/><g id='a'/>", "<g id=\"a\"/>\n<g/>");
	becomes("<filter><feImage href='http://x/' result='r'/></filter>",
	    "<filter>\n<feFlood flood-opacity=\"0\" result=\"r\"/>\n</filter>");
}

Test(svg, references)
{
	becomes("<use href='#a'/><use href=' #a b'/><use href='x#a'/><use/>",
	    "<use href=\"#a\"/>");
	becomes("<g id='a'><use href='#a'/></g>", "<g id=\"a\"/>");
	becomes("<a href='https://example.com/\"'><rect/></a>",
	    "<a href=\"https://example.com/%22\">\n<rect/>\n</a>");
	becomes("<a href='vbscript:x'><rect/></a>", "<g>\n<rect/>\n</g>");
	becomes("<mask id='m'><rect mask='url(#m)'/></mask>",
	    "<mask id=\"m\">\n<rect/>\n</mask>");
	becomes("<style>.k{mask:url(#k)}</style><mask id='k'><rect class='k'/>"
		"</mask>",
	    "<mask id=\"k\">\n<rect class=\"k\"/>\n</mask>");
}

Test(svg, no_entity_makes_markup)
{
	static const char text[] =
	    "<!DOCTYPE svg [<!ENTITY a 'x\" onload=\"y'><!ENTITY b "
	    "'red'><!ENTITY b 'blue'>]><svg "
	    "xmlns='http://www.w3.org/2000/svg' id=\"&a;\" "
	    "fill=\"&b;\"><text>&a;&b;<![CDATA[&a;]]></text></svg>";
	struct buf out;

	cr_assert_eq(rebuild(text, &out), 0);
	cr_expect(!holds(&out, "onload=\"y\""));
	cr_expect(holds(&out, "fill=\"red\""));
	cr_expect(holds(&out, "onload=&quot;y") ||
		  holds(&out, "x\" onload=\"yred&amp;a;"));
	buf_done(&out);
}

Test(svg, no_canary_survives)
{
	static const char *const names[] = { "script-prefixed", "event",
		"foreign", "animate-href", "link-script-dots", "use-data",
		"image-svg", "image-text", "css-escape", "css-comment",
		"css-string", "base", "stylesheet", "metadata",
		"entity-external", "entity-script", "utf16-script" };
	char path[128];
	struct buf out;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "planted/svg/%s.svg", names[i]);
		cr_expect_eq(picture_rebuild("svg", path, &out), 0, "%s", path);
		cr_expect(!holds(&out, "SEKISHO"), "%s", path);
		buf_done(&out);
	}
}

Test(svg, what_is_refused)
{
	static const struct {
		const char *id, *path;
		int err;
	} table[] = {
		{ "svg", "planted/svg/bomb.svg", ERR_LIMIT },
		{ "svg", "planted/svg/chain.svg", ERR_LIMIT },
		{ "svg", "planted/svg/deep.svg", ERR_LIMIT },
		{ "svg", "planted/svg/marker-bomb.svg", ERR_LIMIT },
		{ "svg", "planted/svg/entity-parameter.svg", ERR_MALFORMED },
		{ "svg", "planted/svg/wrong-root.svg", ERR_MALFORMED },
		{ "svg", "planted/svg/mixed-encoding.svg", ERR_AMBIGUOUS },
		{ "svgz", "planted/svg/gz-bomb.svgz", ERR_LIMIT },
		{ "svgz", "planted/svg/gz-crc.svgz", ERR_MALFORMED },
	};
	struct buf out;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		cr_expect_eq(picture_rebuild(table[i].id, table[i].path, &out),
		    table[i].err, "%s", table[i].path);
		buf_done(&out);
	}
}

Test(svg, findings_name_what_was_there)
{
	cr_expect(picture_finds("svg", "planted/svg/foreign.svg",
	    FIND_SVG_SCRIPT));
	cr_expect(picture_finds("svg", "planted/svg/event-root.svg",
	    FIND_SVG_EVENT));
	cr_expect(picture_finds("svg", "planted/svg/css-import.svg",
	    FIND_SVG_EXTERNAL));
	cr_expect(picture_finds("svg", "planted/svg/cycle.svg",
	    FIND_SVG_CYCLE));
	cr_expect(picture_finds("svgz", "planted/svg/gz-name.svgz",
	    FIND_SVG_GZIP));
}

/* An archive in gzip is not taken for a drawing, nor the other way round. */
Test(svg, packed_drawings_are_known_from_archives)
{
	static const struct {
		const char *path, *id;
	} table[] = { { "benign/svg/shapes.svgz", "svgz" },
		{ "planted/svg/gz-name.svgz", "svgz" } };
	struct identity id;
	struct reader r;
	struct buf b;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		picture_load(table[i].path, &b);
		buf_reader(&b, &r);
		cr_expect_eq(identify(&r, "", false, &id), 0);
		cr_expect_str_eq(id.structure, table[i].id);
		buf_done(&b);
	}
}

Test(svg, mutations, .timeout = 300)
{
	static const char *const paths[] = { "benign/svg/illustrator.svg",
		"benign/svg/sheet.svg", "planted/svg/cycle.svg",
		"planted/svg/entity-name.svg" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		picture_mutate("svg", paths[i], 97);
	picture_mutate("svg", "benign/svg/shapes.svg", 401);
	picture_mutate("svgz", "benign/svg/shapes.svgz", 149);
}
