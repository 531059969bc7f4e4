# Tests of formats/mail: cards.
