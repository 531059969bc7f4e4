# Tests of formats/mail: html.
add_executable(html_show unit/html_show.c unit/html_case.c)
target_link_libraries(html_show PRIVATE formats findings)
