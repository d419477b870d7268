-- Lets a test see when an answer has come.

local function state()
  return { vim.fn.bufnr(), vim.b.changedtick, unpack(vim.api.nvim_win_get_cursor(0)) }
end

local asked, answered = {}, nil

vim.api.nvim_create_autocmd('LspRequest', {
  callback = function(event)
    local id, request = event.data.request_id, event.data.request
    if request.method ~= 'textDocument/inlineCompletion' then
      return
    elseif request.type == 'pending' then
      asked[id] = state()
    elseif request.type == 'complete' then
      -- What shows the answer is scheduled already; this comes behind it.
      vim.schedule(function()
        answered = asked[id]
      end)
    end
  end,
})

function _G.has_asked()
  return next(asked) ~= nil
end

-- Whether the completion for this text and cursor has been answered.
function _G.is_answered()
  return vim.deep_equal(answered, state())
end
