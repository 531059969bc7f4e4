# Tests of formats/mail: html.
