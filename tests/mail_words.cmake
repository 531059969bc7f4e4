# Tests of formats/mail: words.
