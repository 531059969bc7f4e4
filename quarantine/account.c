#include "quarantine/account.h"

#include "quarantine/people_int.h"

/*
 * account: one row a person, never removed (records name them).
 * account_try: failures in a row, by login; for logins that do not exist a
 * fixed number of rows shares them, so that both cost the same.
 * account_pending: rows of an import that wait for their day.
 */
const char account_schema[] =
    "CREATE TABLE IF NOT EXISTS account ("
    " login TEXT PRIMARY KEY, name TEXT NOT NULL, department TEXT NOT NULL,"
    " mail TEXT NOT NULL, language TEXT NOT NULL, roles INTEGER NOT NULL,"
    " disabled INTEGER NOT NULL, must_change INTEGER NOT NULL,"
    " valid_from TEXT NOT NULL, valid_until TEXT NOT NULL,"
    " deputy TEXT NOT NULL, away_from TEXT NOT NULL,"
    " away_until TEXT NOT NULL, last_time TEXT NOT NULL,"
    " last_from TEXT NOT NULL, password TEXT NOT NULL,"
    " password_time TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS account_try ("
    " login TEXT PRIMARY KEY, failures INTEGER NOT NULL,"
    " locked_until TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS account_pending ("
    " effective TEXT NOT NULL, login TEXT NOT NULL, name TEXT NOT NULL,"
    " department TEXT NOT NULL, mail TEXT NOT NULL, roles INTEGER NOT NULL,"
    " valid_from TEXT NOT NULL, valid_until TEXT NOT NULL,"
    " columns INTEGER NOT NULL, who TEXT NOT NULL, time TEXT NOT NULL,"
    " PRIMARY KEY (effective, login));";
