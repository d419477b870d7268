-- Which ONNX Runtime `:Lacuna install` takes: the processor's or a GPU's.

local M = {}

local CHOICES = {
  cpu = 'the processor',
  cuda = 'the GPU: a larger download that needs CUDA and cuDNN, and that was not tried on one',
}

--- Waits for the user without blocking. In a coroutine only.
---@param items string[]
---@param options table
---@return string?
local function select(items, options)
  local co = assert(coroutine.running())
  vim.schedule(function() -- it may answer before it returns
    vim.ui.select(items, options, function(item)
      coroutine.resume(co, item)
    end)
  end)
  return coroutine.yield()
end

--- As configured, else as the user said before; where a GPU is seen, the user is asked, once.
---@param run fun(cmd: string[]): vim.SystemCompleted waits for the command's end
---@param configured? 'cpu'|'cuda'
---@param folder string where the answer is kept
---@return string? extra
---@return string? why there is none
function M.choose(run, configured, folder)
  if configured then
    return configured
  end
  local answered = vim.fs.joinpath(folder, 'runtime')
  if vim.uv.fs_stat(answered) then
    return vim.fn.readfile(answered)[1]
  end
  if not run({ 'nvidia-smi', '-L' }).stdout:find('^GPU ') then
    return 'cpu'
  end
  local extra = select({ 'cpu', 'cuda' }, {
    prompt = 'This machine has an Nvidia GPU. What shall compute?',
    format_item = function(item)
      return ('%s: %s'):format(item, CHOICES[item])
    end,
  })
  if not extra then
    return nil, 'Nothing is installed: it was not chosen what shall compute.'
  end
  vim.fn.mkdir(folder, 'p')
  vim.fn.writefile({ extra }, answered)
  return extra
end

return M
