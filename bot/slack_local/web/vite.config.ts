import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Names without hashes: the build is committed, and a change should show as a change of the same three files.
export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
    rollupOptions: {
      output: {
        entryFileNames: "assets/page.js",
        chunkFileNames: "assets/[name].js",
        assetFileNames: "assets/page[extname]",
        codeSplitting: false,
      },
    },
  },
});
