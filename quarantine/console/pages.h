/* The handlers of the pages; routes.c names each in one row. */
#ifndef CONSOLE_PAGES_H
#define CONSOLE_PAGES_H

#include "quarantine/console/console.h"

/* pages_static.c */
int static_style(struct visit *);
int static_script(struct visit *);
int static_icon(struct visit *);
int static_robots(struct visit *);

/* pages_sign.c: the way in, and what everybody has */
int sign_form(struct visit *);
int sign_in(struct visit *);
int sign_out(struct visit *);
int sign_home(struct visit *);
int sign_language(struct visit *);
int password_form(struct visit *);
int password_change(struct visit *);

/* pages_upload.c, pages_mine.c, pages_file.c: staff */
int upload_form(struct visit *);
int upload_take(struct visit *);
int mine_list(struct visit *);
int mine_part(struct visit *);
int mine_show(struct visit *);
int mine_password(struct visit *);
int mine_urge(struct visit *);
/* page_original.c: a held one as it is, not sanitised; original_box() is a
 * part of mine_show() */
int original_box(struct visit *, const struct transfer *);
int mine_original(struct visit *);

/* page_approve.c: approvers */
int approvals_list(struct visit *);
int approvals_show(struct visit *);
int approvals_page(struct visit *);
int approvals_text(struct visit *);
int approvals_decide(struct visit *);
int approvals_emergency(struct visit *);

/* page_away.c: approvers */
int away_form(struct visit *);
int away_enter(struct visit *);
int away_back(struct visit *);

/* page_quarantine.c, page_users.c, page_import.c, page_policy.c,
 * page_health.c: administrators */
int quarantine_items(struct visit *);
int quarantine_item(struct visit *);
int quarantine_rerun(struct visit *);
int quarantine_destroy(struct visit *);
int page_users(struct visit *);
int page_user(struct visit *);
int page_user_new(struct visit *);
int page_user_create(struct visit *);
int page_user_save(struct visit *);
int page_user_lock(struct visit *);
int page_user_password(struct visit *);
/* The names of roles, in words. */
void page_roles(struct visit *, unsigned roles);
/* Whether a change gives a role to the account of whoever makes it, or another
 * department to approve in. */
bool page_is_own_gain(const struct visit *, const struct account *after);
int page_import(struct visit *);
int page_import_preview(struct visit *);
int page_import_apply(struct visit *);
int page_import_cancel(struct visit *);
int policies_page(struct visit *);
int policies_dryrun(struct visit *);
int health_page(struct visit *);
int health_metrics(struct visit *);

/* page_event.c: "released (released)": the reader's word and the name that the
 * log has; what was looked at; all of them for a list to choose from */
#define EVENT_CHOICES 64
void event_called(const struct visit *, const char *name, char out[192]);
const char *what_called(const struct visit *, const char *what);
void event_choices(const struct visit *, const char *chosen,
    struct page_choice out[EVENT_CHOICES]);

/* page_audit.c, page_month.c: auditors */
int page_audit(struct visit *);
int page_audit_export(struct visit *);
int page_audit_verify(struct visit *);
int page_months(struct visit *);
int page_month(struct visit *);
int page_month_json(struct visit *);

#endif
