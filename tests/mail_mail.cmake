# Tests of formats/mail: mail.
