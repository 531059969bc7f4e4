# Tests of formats/mail: outlook.
