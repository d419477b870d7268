-- Completion menus, before which ghost text gives way: Neovim's own, nvim-cmp's, blink.cmp's.

local M = {}

---@return boolean
function M.is_open()
  if vim.fn.pumvisible() == 1 then
    return true
  end
  local cmp = package.loaded['cmp']
  if cmp and cmp.visible and cmp.visible() then
    return true
  end
  local blink = package.loaded['blink.cmp']
  local is_visible = blink and (blink.is_menu_visible or blink.is_visible)
  return is_visible ~= nil and is_visible() == true
end

--- Hear of menus from now on. nvim-cmp may be loaded later: call what is returned whenever insert mode begins.
---@param group integer
---@param changed fun() a menu opened or closed
---@return fun() look_again
function M.watch(group, changed)
  vim.api.nvim_create_autocmd({ 'CompleteChanged', 'CompleteDone' }, { group = group, callback = changed })
  vim.api.nvim_create_autocmd('User', {
    group = group,
    pattern = { 'BlinkCmpMenuOpen', 'BlinkCmpMenuClose' },
    callback = changed,
  })
  local heard = false
  return function()
    local cmp = package.loaded['cmp']
    if not heard and cmp and cmp.event then
      heard = true
      cmp.event:on('menu_opened', changed)
      cmp.event:on('menu_closed', changed)
    end
  end
end

return M
