-- The command `:Lacuna`, which loads nothing until it is used; and a beginning for those who set no options.

if vim.g.loaded_lacuna then
  return
end
vim.g.loaded_lacuna = true

vim.api.nvim_create_user_command('Lacuna', function(call)
  require('lacuna.command').run(call.fargs)
end, {
  nargs = '*',
  desc = 'Lacuna: status, log, restart, toggle, snooze, install',
  complete = function(typed, line)
    return require('lacuna.command').complete(typed, line)
  end,
})

-- By then configurations have called `setup`. A plugin manager that loads this later calls it itself.
vim.api.nvim_create_autocmd('VimEnter', {
  once = true,
  callback = function()
    require('lacuna').begin()
  end,
})
