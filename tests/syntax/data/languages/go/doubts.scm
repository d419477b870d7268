; A value by itself, which the compiler says is not used.
(expression_statement [(identifier) (selector_expression) (binary_expression)]) @doubtful

; What can never be reached.
(statement_list [(return_statement) (break_statement) (continue_statement)] . (_) @doubtful
  (#not-match? @doubtful "^/"))
