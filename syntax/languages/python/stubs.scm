; A body of nothing but `...`; not in what others are to write.
(function_definition body: (block . (expression_statement (ellipsis)) @stub.empty .))
(function_definition body: (block . (expression_statement (string)) . (comment)* . (expression_statement (ellipsis)) @stub.empty .))

((class_definition superclasses: (_) @_bases) @unless.empty (#match? @_bases "Protocol|ABC|Interface|Base"))
((class_definition name: (_) @_name) @unless.empty (#match? @_name "Abstract|Base|Interface|Protocol|Mixin"))
((if_statement condition: (_) @_when) @unless.empty (#match? @_when "TYPE_CHECKING"))

; `pass` under a comment that says so.
((function_definition (comment) @_todo body: (block . (pass_statement) @stub .))
 (#match? @_todo "TODO|FIXME|XXX"))
((function_definition (comment) @_todo body: (block . (expression_statement (string)) . (pass_statement) @stub .))
 (#match? @_todo "TODO|FIXME|XXX"))
((function_definition body: (block . (expression_statement (string))? . (comment) @_todo . (comment)* . (pass_statement) @stub .))
 (#match? @_todo "TODO|FIXME|XXX"))
((function_definition body: (block . (expression_statement (string))? . (pass_statement) @stub . (comment) @_todo .))
 (#match? @_todo "TODO|FIXME|XXX"))

; Methods raise it for those who inherit them, and whoever says why may mean it ("not on Windows"); others do not.
((function_definition body: (block . (raise_statement [(identifier) (call)] @_what) @stub.raised .))
 (#match? @_what "^NotImplementedError\\b"))
((function_definition body:
   (block . (expression_statement (string)) . (comment)* . (raise_statement [(identifier) (call)] @_what) @stub.raised .))
 (#match? @_what "^NotImplementedError\\b"))

(class_definition) @unless.raised
((function_definition body:
   (block (raise_statement (call function: (_) @_error arguments: (argument_list . (_)) @_why)) .)) @unless.raised
 (#eq? @_error "NotImplementedError")
 (#not-match? @_why "(?i)^\\W*not implemented\\W*$"))

; Unless they say that they are only not written yet.
((function_definition body: (block . (raise_statement (call function: (_) @_error arguments: (_) @_why)) @stub .))
 (#eq? @_error "NotImplementedError")
 (#match? @_why "(?i)\\b(todo|fixme|yet|later)\\b"))
((function_definition body: (block . (expression_statement (string)) . (comment)* .
   (raise_statement (call function: (_) @_error arguments: (_) @_why)) @stub .))
 (#eq? @_error "NotImplementedError")
 (#match? @_why "(?i)\\b(todo|fixme|yet|later)\\b"))

((decorated_definition (decorator) @_by) @unless (#match? @_by "abstract|overload|singledispatch"))

; What does nothing in a body: what stands there for want of anything else, and what only tells of it.
(comment) @remark
(expression_statement . [(string) (concatenated_string)] .) @remark
(pass_statement) @idle
(expression_statement . (ellipsis) .) @idle
((raise_statement [(identifier) (call)] @_what) @idle (#match? @_what "^NotImplementedError\\b"))
