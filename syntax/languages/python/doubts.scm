; A name by itself.
(block (expression_statement . [(identifier) (attribute)] .) @doubtful)

; What can never be reached, or ends what ends anyway.
(block
  [(return_statement) (raise_statement) (continue_statement) (break_statement)] . (_) @doubtful
  (#not-match? @doubtful "^#"))
(function_definition body: (block (return_statement) @doubtful .) (#eq? @doubtful "return"))

; What changes nothing.
((assignment left: (_) @_left right: (_) @_right) @doubtful (#eq? @_left @_right))

; A function within itself, or once more.
(function_definition
  name: (_) @_outer
  body: (block (function_definition name: (_) @_inner) @doubtful)
  (#eq? @_outer @_inner))
((function_definition name: (_) @_first) . (function_definition name: (_) @_again) @doubtful
  (#eq? @_first @_again))

; A comment that says nothing.
((comment) @doubtful (#match? @doubtful "^#\\W*$"))
