import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { store } from "./store";
import { startTheme } from "./theme";
import "./style/base.css";
import "./style/layout.css";
import "./style/messages.css";
import "./style/blocks.css";
import "./style/controls.css";
import "./style/inspector.css";

startTheme();
store.connect();
const page = document.getElementById("page");
if (page)
  createRoot(page).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
