# Tests of formats/pim: calendars and contacts.
sekisho_fuzz(icalendar SEEDS samples/benign/icalendar samples/planted/icalendar
  tests/fuzz/seeds/icalendar)
sekisho_fuzz(vcard SEEDS samples/benign/vcard samples/planted/vcard)
sekisho_test(test_cards SOURCES unit/test_cards.c unit/picture_checks.c
  LIBS fuzz_common)
