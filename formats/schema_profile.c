/*
 * Which namespaces the root of each kind of part declares: what Office writes
 * there, less what our table does not know.
 */
#include "formats/schema.h"

static const uint8_t word[] = { SNS_W, SNS_R, SNS_MC, SNS_WP, SNS_A, SNS_PIC,
	SNS_M, SNS_V, SNS_O, SNS_W10, SNS_WPC, SNS_WPG, SNS_WPS, SNS_WP14,
	SNS_W14, SNS_W15, SNS_W16CEX, SNS_W16CID, SNS_NONE };
static const uint8_t word_list[] = { SNS_W, SNS_R, SNS_MC, SNS_W14, SNS_W15,
	SNS_W16CEX, SNS_W16CID, SNS_NONE };
static const uint8_t w15[] = { SNS_W15, SNS_MC, SNS_NONE };
static const uint8_t w16cid[] = { SNS_W16CID, SNS_MC, SNS_NONE };
static const uint8_t w16cex[] = { SNS_W16CEX, SNS_MC, SNS_NONE };
static const uint8_t slide[] = { SNS_A, SNS_R, SNS_P, SNS_NONE };
static const uint8_t p188[] = { SNS_A, SNS_R, SNS_P188, SNS_NONE };
static const uint8_t theme[] = { SNS_A, SNS_R, SNS_NONE };
static const uint8_t chart[] = { SNS_C, SNS_A, SNS_R, SNS_MC, SNS_C14, SNS_C15,
	SNS_C16, SNS_C16R2, SNS_NONE };
static const uint8_t chart_style[] = { SNS_CS, SNS_A, SNS_NONE };
static const uint8_t chartex[] = { SNS_CX, SNS_A, SNS_R, SNS_NONE };
static const uint8_t diagram[] = { SNS_DGM, SNS_A, SNS_R, SNS_NONE };
static const uint8_t dsp[] = { SNS_DSP, SNS_DGM, SNS_A, SNS_R, SNS_NONE };
static const uint8_t drawing[] = { SNS_XDR, SNS_A, SNS_R, SNS_NONE };
static const uint8_t user_shapes[] = { SNS_C, SNS_A, SNS_R, SNS_NONE };
static const uint8_t book[] = { SNS_X, SNS_R, SNS_MC, SNS_X15, SNS_XR, SNS_XR2,
	SNS_XR6, SNS_XR10, SNS_NONE };
static const uint8_t sheet[] = { SNS_X, SNS_R, SNS_MC, SNS_X14AC, SNS_XR,
	SNS_XR2, SNS_XR3, SNS_NONE };
static const uint8_t x_plain[] = { SNS_X, SNS_R, SNS_NONE };
static const uint8_t styles[] = { SNS_X, SNS_MC, SNS_X14AC, SNS_X16R2, SNS_XR,
	SNS_NONE };
static const uint8_t vml[] = { SNS_V, SNS_O, SNS_XVML, SNS_R, SNS_NONE };
static const uint8_t core_props[] = { SNS_CP, SNS_DC, SNS_DCTERMS, SNS_DCMITYPE,
	SNS_XSI, SNS_NONE };
static const uint8_t app_props[] = { SNS_AP, SNS_VT, SNS_NONE };
static const uint8_t own_props[] = { SNS_OP, SNS_VT, SNS_NONE };
static const uint8_t threaded[] = { SNS_XLTC, SNS_X, SNS_NONE };
static const uint8_t slicers[] = { SNS_X14, SNS_MC, SNS_X, SNS_XR10, SNS_NONE };
static const uint8_t timelines[] = { SNS_X15, SNS_MC, SNS_X, SNS_XR10,
	SNS_NONE };
static const uint8_t views[] = { SNS_XNSV, SNS_X, SNS_NONE };
static const uint8_t types[] = { SNS_CT, SNS_NONE };
static const uint8_t rels[] = { SNS_REL, SNS_NONE };
static const uint8_t none[] = { SNS_NONE };

static const struct {
	uint16_t root;
	struct schema_profile profile;
} profiles[] = {
	{ SN_W_DOCUMENT, { false, word } },
	{ SN_W_HDR, { false, word } },
	{ SN_W_FTR, { false, word } },
	{ SN_W_FOOTNOTES, { false, word } },
	{ SN_W_ENDNOTES, { false, word } },
	{ SN_W_COMMENTS, { false, word } },
	{ SN_W_NUMBERING, { false, word } },
	{ SN_W_SETTINGS, { false, word } },
	{ SN_W_STYLES, { false, word_list } },
	{ SN_W_FONTS, { false, word_list } },
	{ SN_W_WEBSETTINGS, { false, word_list } },
	{ SN_W15_COMMENTSEX, { false, w15 } },
	{ SN_W15_PEOPLE, { false, w15 } },
	{ SN_W16CID_COMMENTSIDS, { false, w16cid } },
	{ SN_W16CEX_COMMENTSEXTENSIBLE, { false, w16cex } },
	{ SN_P_PRESENTATION, { false, slide } },
	{ SN_P_SLD, { false, slide } },
	{ SN_P_SLDLAYOUT, { false, slide } },
	{ SN_P_SLDMASTER, { false, slide } },
	{ SN_P_NOTES, { false, slide } },
	{ SN_P_NOTESMASTER, { false, slide } },
	{ SN_P_HANDOUTMASTER, { false, slide } },
	{ SN_P_PRESENTATIONPR, { false, slide } },
	{ SN_P_VIEWPR, { false, slide } },
	{ SN_P_CMAUTHORLST, { false, slide } },
	{ SN_P_CMLST, { false, slide } },
	{ SN_P188_AUTHORLST, { false, p188 } },
	{ SN_P188_CMLST, { false, p188 } },
	{ SN_A_THEME, { false, theme } },
	{ SN_A_THEMEOVERRIDE, { false, theme } },
	{ SN_A_TBLSTYLELST, { false, theme } },
	{ SN_C_CHARTSPACE, { false, chart } },
	{ SN_C_USERSHAPES, { false, user_shapes } },
	{ SN_CS_CHARTSTYLE, { false, chart_style } },
	{ SN_CS_COLORSTYLE, { false, chart_style } },
	{ SN_CX_CHARTSPACE, { false, chartex } },
	{ SN_DGM_DATAMODEL, { false, diagram } },
	{ SN_DGM_LAYOUTDEF, { false, diagram } },
	{ SN_DGM_STYLEDEF, { false, diagram } },
	{ SN_DGM_COLORSDEF, { false, diagram } },
	{ SN_DSP_DRAWING, { false, dsp } },
	{ SN_XDR_WSDR, { false, drawing } },
	{ SN_X_WORKBOOK, { true, book } },
	{ SN_X_WORKSHEET, { true, sheet } },
	{ SN_X_CHARTSHEET, { true, x_plain } },
	{ SN_X_SST, { true, x_plain } },
	{ SN_X_STYLESHEET, { true, styles } },
	{ SN_X_TABLE, { true, sheet } },
	{ SN_X_PIVOTTABLEDEFINITION, { true, sheet } },
	{ SN_X_PIVOTCACHEDEFINITION, { true, sheet } },
	{ SN_X_PIVOTCACHERECORDS, { true, sheet } },
	{ SN_X_METADATA, { true, x_plain } },
	{ SN_X_COMMENTS, { true, sheet } },
	{ SN_XLTC_THREADEDCOMMENTS, { true, threaded } },
	{ SN_XLTC_PERSONLIST, { true, threaded } },
	{ SN_X14_SLICERS, { true, slicers } },
	{ SN_X14_SLICERCACHEDEFINITION, { true, slicers } },
	{ SN_X15_TIMELINES, { true, timelines } },
	{ SN_X15_TIMELINECACHEDEFINITION, { true, timelines } },
	{ SN_XNSV_NAMEDSHEETVIEWS, { true, views } },
	{ SN_NO_XML, { false, vml } },
	{ SN_CP_COREPROPERTIES, { false, core_props } },
	{ SN_AP_PROPERTIES, { true, app_props } },
	{ SN_OP_PROPERTIES, { true, own_props } },
	{ SN_CT_TYPES, { true, types } },
	{ SN_REL_RELATIONSHIPS, { true, rels } },
	{ SN_NONE, { false, none } },
};

const struct schema_profile *
schema_profile(uint16_t root_name)
{
	size_t i = 0;

	while (profiles[i].root != SN_NONE && profiles[i].root != root_name)
		i++;
	return &profiles[i].profile;
}
