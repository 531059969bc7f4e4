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

/* pages_upload.c, pages_mine.c, pages_receipt.c: staff */
int upload_form(struct visit *);
int upload_take(struct visit *);
int mine_list(struct visit *);
int mine_part(struct visit *);
int mine_show(struct visit *);
int mine_password(struct visit *);
int mine_urge(struct visit *);

#endif
