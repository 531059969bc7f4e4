#include "base/limits.h"

#include <sys/resource.h>

void
limits_no_core(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
}

const char *
budget_name(enum budget b)
{
	static const char *const names[BUDGET_COUNT] = {
		[BUDGET_EXPANDED_BYTES] = "expanded bytes",
		[BUDGET_OUT_BYTES] = "output bytes",
		[BUDGET_MEMORY_BYTES] = "memory",
		[BUDGET_MEMBERS] = "members",
		[BUDGET_XML_NODES] = "XML nodes",
		[BUDGET_PIXELS] = "pixels",
		[BUDGET_FINDINGS] = "findings",
	};

	return b < BUDGET_COUNT ? names[b] : "";
}

#define MIB (UINT64_C(1) << 20)

void
limits_default(struct limits *l)
{
	*l = (struct limits){
		.max = {
		    [BUDGET_EXPANDED_BYTES] = 2048 * MIB,
		    [BUDGET_OUT_BYTES] = 1024 * MIB,
		    [BUDGET_MEMORY_BYTES] = 768 * MIB,
		    [BUDGET_MEMBERS] = 10000,
		    [BUDGET_XML_NODES] = 100000000,
		    [BUDGET_PIXELS] = 1000000000,
		    [BUDGET_FINDINGS] = 10000,
		},
		.max_depth = 5,
		.max_ratio = 500,
		.ratio_after_bytes = 10 * MIB,
		.max_in_bytes = 512 * MIB,
		.max_image_side_px = 20000,
		.max_image_px = 200000000,
		.max_frames = 1000,
		.max_xml_depth = 256,
		.max_xml_attr_bytes = 1 << 20,
		.max_jpeg_scans = 100,
		.max_cpu_s = 120,
		.max_wall_ms = 300000,
		.max_address_space_bytes = 2048 * MIB,
	};
}
