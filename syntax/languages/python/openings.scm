(function_definition) @function

; What says that the function that it is, or stands in, returns something, ends without anything, or yields.
(return_statement (_)) @returns
((function_definition return_type: (_) @_type) @returns (#not-match? @_type "^(None|NoReturn|Never)$"))
((function_definition return_type: (_) @_type) @ends (#match? @_type "^(None|NoReturn|Never)$"))
((return_statement) @ends (#eq? @ends "return"))
(yield) @yields

; Where a variable gets a value, or what it has is changed.
(assignment left: (identifier) @made)
(augmented_assignment left: (identifier) @changed)
(assignment left: (subscript value: (identifier) @changed))
(augmented_assignment left: (subscript value: (identifier) @changed))
(expression_statement (call function: (attribute object: (identifier) @changed)))

; Behind these nothing is reached, or perhaps nothing.
[
  (return_statement) (raise_statement) (try_statement) (with_statement) (match_statement)
  (if_statement (else_clause)) (while_statement condition: [(true) (integer)])
] @closed
